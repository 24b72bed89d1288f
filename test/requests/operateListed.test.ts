import type { BulkAction } from '../../contract/actions';
import type { RequestRecord } from '../../src/records/types';
import { operateListed, type ListedForOperation } from '../../src/requests/operateListed';
import type { Runs } from '../../src/temporal/runs';
import { startActivityStage } from '../support/activityStage';

const stage = startActivityStage();
const never = new AbortController().signal;
const done = { done: 1, skipped: 0, failed: 0, error: null };
const skipped = { done: 0, skipped: 1, failed: 0, error: null };

const start = jest.fn<Promise<void>, Parameters<Runs['continueWith']>>();
const cancel = jest.fn<Promise<boolean>, [string]>();

beforeEach(() => {
  start.mockReset().mockResolvedValue();
  cancel.mockReset().mockResolvedValue(true);
});

const recorded = (change: Partial<RequestRecord> = {}) =>
  stage.recorded({ state: 'failed', webhook_url: 'http://receiver.example/', ...change });
const stateOf = async (id: string) => (await stage.deps.records.requests.find(id))?.state;

function operate(action: BulkAction, requestId: string, change: Partial<ListedForOperation> = {}) {
  const listed = { requestId, round: 1, finished: true, deliveryClosedAt: null, ...change };
  const runs = { continueWith: start, cancel };
  const input = { operationId: 'operation', action, requests: [listed] };
  return operateListed({ ...stage.deps, runs }, input, never);
}

/** Records a delivered webhook. @returns when it was delivered */
async function delivered(id: string): Promise<string> {
  const { deliveries } = stage.deps.records;
  await deliveries.open(id, 1, 'http://receiver.example/');
  const attempt = { state: 'delivered', attempts: 1, statusCode: 204, error: null } as const;
  await deliveries.recordAttempt(id, 1, attempt);
  const delivery = await deliveries.find(id, 1);
  // The reopening must not fall into the same millisecond.
  await new Promise((resolve) => setTimeout(resolve, 5));
  return delivery?.updated_at.toISOString() ?? '';
}

describe('operateListed(deps, operation, signal)', () => {
  describe('cancel', () => {
    it('cancels a running request, and counts it again when repeated', async () => {
      const id = await recorded({ state: 'processing' });
      expect(await operate('cancel', id, { finished: false })).toEqual(done);
      expect(cancel).toHaveBeenCalledWith(id);
      await stage.deps.records.rounds.finish(id, 1, {
        status: 'cancelled',
        counts: { total: 1, succeeded: 0, failed: 0, pending: 1 },
        bytes: { in: 0, out: 0 },
        note: null,
      });
      expect(await operate('cancel', id, { finished: false })).toEqual(done);
      expect(cancel).toHaveBeenCalledTimes(1);
    });

    it('skips a request that was finished, or has a new round', async () => {
      const over = await recorded({ state: 'cancelled' });
      const retried = await recorded({ state: 'processing', round: 2 });
      expect(await operate('cancel', over)).toEqual(skipped);
      expect(await operate('cancel', retried, { finished: false })).toEqual(skipped);
      expect(cancel).not.toHaveBeenCalled();
    });
  });

  describe('delete', () => {
    it('deletes a finished request, and counts it again when repeated', async () => {
      const id = await recorded();
      expect(await operate('delete', id)).toEqual(done);
      expect(await operate('delete', id)).toEqual(done);
      expect(await stateOf(id)).toBe('withdrawn');
    });

    it('skips a request that runs, or was retried meanwhile', async () => {
      const open = await recorded({ state: 'processing' });
      const retried = await recorded({ round: 2 });
      for (const id of [open, retried]) expect(await operate('delete', id)).toEqual(skipped);
      expect([await stateOf(open), await stateOf(retried)]).toEqual(['processing', 'failed']);
    });
  });

  describe('redeliver', () => {
    it('delivers once, also when it is repeated', async () => {
      const id = await recorded();
      const deliveryClosedAt = await delivered(id);
      expect(await operate('redeliver', id, { deliveryClosedAt })).toEqual(done);
      expect(start).toHaveBeenCalledTimes(1);
      await delivered(id);
      expect(await operate('redeliver', id, { deliveryClosedAt })).toEqual(done);
      expect(start).toHaveBeenCalledTimes(1);
    });

    it('starts the run of a delivery that an interrupted attempt has opened, with the same token', async () => {
      const id = await recorded();
      const deliveryClosedAt = await delivered(id);
      expect(await operate('redeliver', id, { deliveryClosedAt })).toEqual(done);
      expect(await operate('redeliver', id, { deliveryClosedAt })).toEqual(done);
      const tokens = start.mock.calls.map(([{ token }]) => token);
      expect(tokens).toEqual(['deliver-operation', 'deliver-operation']);
    });

    it('delivers when it is repeated after Temporal was down', async () => {
      const id = await recorded();
      const deliveryClosedAt = await delivered(id);
      start.mockRejectedValueOnce(new Error('connection refused'));
      expect(await operate('redeliver', id, { deliveryClosedAt })).toMatchObject({
        failed: 1,
        error: { code: 'unavailable' },
      });
      expect(await operate('redeliver', id, { deliveryClosedAt })).toEqual(done);
      expect((await stage.deps.records.deliveries.find(id, 1))?.state).toBe('pending');
    });

    it('skips a request whose webhook is being delivered, or that has none', async () => {
      const id = await recorded();
      await stage.deps.records.deliveries.open(id, 1, 'http://receiver.example/');
      expect(await operate('redeliver', id)).toEqual(skipped);
      expect(await operate('redeliver', await recorded({ webhook_url: null }))).toEqual(skipped);
      expect(start).not.toHaveBeenCalled();
    });
  });

  it('goes on with other requests when the action fails for one', async () => {
    const counts = { total: 1, succeeded: 0, failed: 1, pending: 0 };
    const ids = [await recorded({ counts }), await recorded({ counts })];
    const requests = ids.map((requestId) => ({
      requestId,
      round: 1,
      finished: true,
      deliveryClosedAt: null,
    }));
    start.mockRejectedValueOnce(new Error('invalid argument'));
    const runs = { continueWith: start, cancel };
    const input = { operationId: 'operation', action: 'retry', requests } as const;
    expect(await operateListed({ ...stage.deps, runs }, input, never)).toMatchObject({
      done: 1,
      skipped: 0,
      failed: 1,
      error: { code: 'unavailable' },
    });
  });
});
