import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/client';
import type { BulkRetryFilter, BulkRetryProgress } from '../../activities/types';
import { PROGRESS_QUERY } from '../../workflows/names';
import { finished, sheetOf, uploaded } from '../support/calls';
import { endCommands, startCommand } from '../support/command';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

/** More than one page of a bulk retry. */
const MANY = 22;
/** More requests than are retried concurrently. */
const SOME = 6;

const ALL: BulkRetryFilter = { status: ['failed'], since: null, until: null };

describe('A running bulk retry', () => {
  let service: Service;
  let origin: Origin;

  beforeEach(async () => {
    origin = await startOrigin();
    service = await startService();
  });
  afterEach(async () => {
    await endCommands();
    await service.stop();
    await origin.stop();
  });

  /** Creates failed requests whose only image was missing and is available now. */
  async function failed(count: number): Promise<string[]> {
    const link = `${origin.url}/repaired.jpg`;
    const ids = await Promise.all(
      Array.from({ length: count }, () => uploaded(service.url, sheetOf([link]))),
    );
    for (const id of ids) expect((await finished(service.url, id)).status).toBe('failed');
    origin.on('/repaired.jpg', bytes(await photo()));
    return ids;
  }

  const start = async () => {
    const { workflowId } = await service.operations.retryAll(ALL, 1);
    return service.client.workflow.getHandle(workflowId);
  };

  /** Returns how many requests are in their second round. */
  async function reopened(ids: readonly string[]): Promise<number> {
    const found = await Promise.all(ids.map((id) => service.records.requests.find(id)));
    return found.filter((record) => record?.round === 2).length;
  }

  const untilSomeReopened = (ids: readonly string[]) =>
    eventually(
      () => reopened(ids),
      (count) => count > 0,
    );

  it('retries every request exactly once when its worker crashes', async () => {
    const ids = await failed(MANY);
    await service.stopWorker();
    const bulk = await start();
    const worker = startCommand('worker', service.workerEnv);
    expect(await untilSomeReopened(ids)).toBeLessThan(MANY);
    worker.kill('SIGKILL');
    await worker.ended;
    expect(await reopened(ids)).toBeLessThan(MANY);

    await service.startWorker();
    expect(await bulk.result()).toEqual({ retried: MANY, skipped: 0 });
    for (const id of ids) expect((await finished(service.url, id)).status).toBe('completed');
    expect(await reopened(ids)).toBe(MANY);
    // One download per round. The crash may cause a further download of an image in progress.
    expect(origin.hits('/repaired.jpg')).toBeGreaterThanOrEqual(2 * MANY);
  });

  it('stops between two requests when it is aborted, and counts those it has retried', async () => {
    const ids = await failed(SOME);
    const stop = new AbortController();
    const { rounds } = service.records;
    const { reopen } = rounds;
    jest.spyOn(rounds, 'reopen').mockImplementation((...call) => {
      stop.abort();
      return reopen(...call);
    });
    const listed = ids.map((requestId) => ({ requestId, round: 1 }));
    const { retried, skipped } = await service.operations.retryListed(listed, stop.signal);
    expect(skipped).toBe(0);
    expect(retried).toBeLessThan(SOME);
    expect(await reopened(ids)).toBe(retried);
  });
});

describe('A bulk retry that is stopped', () => {
  let origin: Origin;
  beforeAll(async () => {
    origin = await startOrigin();
  });
  afterAll(() => origin.stop());

  /** Stops a bulk retry of three requests (one page) after the activity has retried the first. */
  async function stoppedWhile(then: (done: BulkRetryProgress) => BulkRetryProgress) {
    let stop: () => Promise<unknown> = () => Promise.resolve();
    const service = await startService({
      wrap: (activities) => ({
        ...activities,
        async retryRequests({ requests }) {
          const done = await activities.retryRequests({ requests: requests.slice(0, 1) });
          await stop();
          const { cancellationSignal, heartbeat } = Context.current();
          while (!cancellationSignal.aborted) {
            heartbeat();
            await sleep(100);
          }
          return then(done);
        },
      }),
    });
    try {
      const links = [`${origin.url}/missing.jpg`];
      for (let n = 0; n < 3; n += 1) {
        await finished(service.url, await uploaded(service.url, sheetOf(links)));
      }
      const { workflow } = service.client;
      await service.stopWorker();
      const { workflowId } = await service.operations.retryAll(ALL, 1);
      stop = () => workflow.getHandle(workflowId).cancel();
      await service.startWorker();
      const end: unknown = await workflow
        .getHandle(workflowId)
        .result()
        .catch((error: unknown) => error);
      const progress = await workflow
        .getHandle(workflowId)
        .query<BulkRetryProgress>(PROGRESS_QUERY);
      return { end, progress };
    } finally {
      await service.stop();
    }
  }

  it('ends as cancelled also on its last page, and reports its progress', async () => {
    const { end, progress } = await stoppedWhile((done) => done);
    expect(end).toMatchObject({ cause: expect.any(CancelledFailure) as unknown });
    expect(progress).toEqual({ retried: 1, skipped: 0 });
  });

  it('ends as cancelled, not as failed, when its activity fails in the meantime', async () => {
    const { end } = await stoppedWhile(() => {
      throw new Error('MongoDB is down');
    });
    expect(end).toMatchObject({ cause: expect.any(CancelledFailure) as unknown });
  });
});
