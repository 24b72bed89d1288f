import { randomUUID } from 'node:crypto';
import type { RequestRecord } from '../../src/records/types';
import { retryListed } from '../../src/requests/retryListed';
import type { Runs } from '../../src/temporal/runs';
import { startActivityStage } from '../support/activityStage';

const stage = startActivityStage();
const never = new AbortController().signal;
const counts = { total: 1, succeeded: 0, failed: 1, pending: 0 };

const failed = (change: Partial<RequestRecord> = {}) =>
  stage.recorded({ state: 'failed', counts, ...change });
const find = (id: string) => stage.deps.records.requests.find(id);

/** Retries the request as listed in its first round. @param start replaces the start of its run */
const retry = (requestId: string, start: Runs['continueWith']) =>
  retryListed({ ...stage.deps, runs: { continueWith: start } }, [{ requestId, round: 1 }], never);

describe('retryListed(deps, listed, signal)', () => {
  it('counts a request that it retried', async () => {
    const id = await failed();
    const rounds: number[] = [];
    const start: Runs['continueWith'] = ({ round }) => {
      rounds.push(round);
      return Promise.resolve();
    };
    expect(await retry(id, start)).toEqual({ retried: 1, skipped: 0 });
    expect(rounds).toEqual([2]);
    expect(await find(id)).toMatchObject({ state: 'pending', round: 2 });
  });

  it('starts the run of a round that an interrupted attempt has opened', async () => {
    const id = await failed({ state: 'pending', round: 2 });
    const start = jest.fn<Promise<void>, unknown[]>(() => Promise.resolve());
    expect(await retry(id, start)).toEqual({ retried: 1, skipped: 0 });
    expect(start).toHaveBeenCalledTimes(1);
    expect(await find(id)).toMatchObject({ round: 2 });
  });

  it('counts a retry that is already running, and starts nothing', async () => {
    const id = await failed({ state: 'processing', round: 2 });
    const start = jest.fn<Promise<void>, unknown[]>(() => Promise.resolve());
    expect(await retry(id, start)).toEqual({ retried: 1, skipped: 0 });
    expect(start).not.toHaveBeenCalled();
  });

  it('skips requests that are running, have nothing to retry, or do not exist', async () => {
    const start = jest.fn<Promise<void>, unknown[]>(() => Promise.resolve());
    const done = { ...counts, succeeded: 1, failed: 0 };
    const ids = [
      await failed({ state: 'processing' }),
      await failed({ state: 'completed', counts: done }),
      randomUUID(),
    ];
    for (const id of ids) expect(await retry(id, start)).toEqual({ retried: 0, skipped: 1 });
    expect(start).not.toHaveBeenCalled();
  });

  it('throws, and restores the request, while Temporal is down', async () => {
    const id = await failed();
    const before = await find(id);
    const refused = retry(id, () => Promise.reject(new Error('connection refused')));
    await expect(refused).rejects.toMatchObject({ code: 'unavailable' });
    const { updated_at, ...after } = (await find(id)) ?? {};
    expect(updated_at).toBeInstanceOf(Date);
    expect(before).toMatchObject(after);
  });
});
