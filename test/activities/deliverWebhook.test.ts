import { createDeliverWebhook } from '../../activities/deliverWebhook';
import type { RequestRecord } from '../../src/records/types';
import { called } from '../support/activityEnvironment';
import { startActivityStage } from '../support/activityStage';
import { eventually } from '../support/eventually';
import { NO_ANSWER, startReceiver, type Receiver } from '../support/receiver';

const PATH = '/hook';

describe('deliverWebhook', () => {
  const stage = startActivityStage({
    ALLOWED_NETWORKS: '127.0.0.0/8',
    WEBHOOK_MAX_ATTEMPTS: '2',
    WEBHOOK_RETRY_INITIAL_MS: '1000',
  });
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.stop());

  /** A request whose outcome is to be delivered, and the activity that delivers it. */
  async function outcome(statuses: number[], change: Partial<RequestRecord> = {}) {
    const { deps } = stage;
    const requestId = await stage.recorded({ state: 'completed', ...change });
    await deps.records.deliveries.open(requestId, 1, receiver.on(PATH, ...statuses));
    return {
      deliver: () => called(createDeliverWebhook(deps), { requestId, round: 1 }),
      delivery: () => deps.records.deliveries.find(requestId, 1),
    };
  }

  it('records a successful delivery', async () => {
    const { deliver, delivery } = await outcome([204]);
    await deliver();
    expect(await delivery()).toMatchObject({ state: 'delivered', attempts: 1, status_code: 204 });
  });

  it('does not send a delivered webhook again', async () => {
    const { deliver } = await outcome([204]);
    await deliver();
    await deliver();
    expect(receiver.messages(PATH)).toHaveLength(1);
  });

  it('counts its attempts in the record, and fails after the last', async () => {
    const { deliver, delivery } = await outcome([503]);
    const type = 'webhook_http_503';
    await expect(deliver()).rejects.toMatchObject({ type, nonRetryable: false });
    expect(await delivery()).toMatchObject({ state: 'pending', attempts: 1 });
    await expect(deliver()).rejects.toMatchObject({ type, nonRetryable: true });
    expect(await delivery()).toMatchObject({ state: 'failed', attempts: 2, status_code: 503 });
  });

  it('postpones deliveries to a receiver that has not answered eight others, and counts no attempt', async () => {
    const deliver = createDeliverWebhook(stage.deps);
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => stage.recorded({ state: 'completed' })),
    );
    const url = receiver.on(PATH, NO_ANSWER);
    for (const id of ids) await stage.deps.records.deliveries.open(id, 1, url);
    const outcomes = Promise.allSettled(
      ids.map((requestId) => called(deliver, { requestId, round: 1 })),
    );
    await eventually(
      () => receiver.messages(PATH).length,
      (received) => received === 8,
    );
    await receiver.stop();
    const types = (await outcomes).map((one) =>
      one.status === 'rejected' ? (one.reason as { type: string }).type : 'delivered',
    );
    expect(types.filter((type) => type === 'receiver_busy')).toHaveLength(2);
    const records = await Promise.all(ids.map((id) => stage.deps.records.deliveries.find(id, 1)));
    const attempts = records.map((delivery) => delivery?.attempts);
    expect(attempts.filter((count) => count === 0)).toHaveLength(2);
  });

  it.each<Partial<RequestRecord>>([{ state: 'pending', round: 2 }, { state: 'processing' }])(
    'sends nothing for a request that is %j',
    async (change) => {
      const { deliver } = await outcome([204], change);
      await expect(deliver()).rejects.toMatchObject({ type: 'round_closed', nonRetryable: true });
      expect(receiver.messages(PATH)).toEqual([]);
    },
  );
});
