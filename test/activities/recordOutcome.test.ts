import { createRecordOutcome } from '../../activities/recordOutcome';
import type { RequestRecord } from '../../src/records/types';
import { called } from '../support/activityEnvironment';
import { startActivityStage } from '../support/activityStage';

const stage = startActivityStage();
const counts = { total: 1, succeeded: 1, failed: 0, pending: 0 };
const webhook_url = 'http://receiver.example/hook';

/** Creates a request, and a call that records the outcome of its second round. */
async function record(change: Partial<RequestRecord>) {
  const requestId = await stage.recorded({ round: 2, ...change });
  const outcome = { status: 'completed', counts, bytes: { in: 2, out: 1 }, note: null } as const;
  const run = () => called(createRecordOutcome(stage.deps), { requestId, round: 2, ...outcome });
  return { requestId, run };
}

describe('recordOutcome', () => {
  it('closes the round with its counts', async () => {
    const { requestId, run } = await record({});
    expect(await run()).toEqual({ webhook: false });
    expect(await stage.deps.records.requests.find(requestId)).toMatchObject({
      state: 'completed',
      counts,
      bytes: { in: 2, out: 1 },
      finished_at: expect.any(Date) as Date,
    });
  });

  it('opens the delivery of a requested webhook', async () => {
    const { requestId, run } = await record({ webhook_url });
    expect(await run()).toEqual({ webhook: true });
    expect(await stage.deps.records.deliveries.find(requestId, 2)).toMatchObject({
      url: webhook_url,
      state: 'pending',
      attempts: 0,
    });
  });

  it('changes nothing when it runs again', async () => {
    const { requestId, run } = await record({ webhook_url });
    await run();
    const first = await stage.deps.records.requests.find(requestId);
    expect(await run()).toEqual({ webhook: true });
    expect(await stage.deps.records.requests.find(requestId)).toEqual(first);
  });

  it('changes neither a later round nor its webhook', async () => {
    const { requestId, run } = await record({ webhook_url, round: 3, state: 'processing' });
    expect(await run()).toEqual({ webhook: false });
    expect(await stage.deps.records.requests.find(requestId)).toMatchObject({
      round: 3,
      state: 'processing',
    });
    expect(await stage.deps.records.deliveries.find(requestId, 2)).toBeNull();
  });

  it.each<Partial<RequestRecord>>([{ state: 'withdrawn' }, { round: 1 }])(
    'throws a non-retryable failure for a request with %j',
    async (change) => {
      const { run } = await record(change);
      await expect(run()).rejects.toMatchObject({ type: 'round_closed', nonRetryable: true });
    },
  );
});
