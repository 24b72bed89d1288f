import { randomUUID } from 'node:crypto';
import type { BulkAction } from '../../contract/actions';
import { finished, sheetOf, uploaded } from '../support/calls';
import { endCommands, startCommand } from '../support/command';
import { eventually } from '../support/eventually';
import { startMongodbLine } from '../support/mongodbLine';
import { startOrigin, type Origin } from '../support/origin';
import { startReceiver, type Receiver } from '../support/receiver';
import { startService, type Service } from '../support/service';

/** More than one page. */
const MANY = 22;

/** Returns what the driver sends to read one record by its key, in BSON: a string of 36 characters and a null byte. */
const readOfOne = (id: string) => `_id\0\u0025\0\0\0${id}`;

describe('A bulk operation', () => {
  let service: Service;
  let origin: Origin;
  let receiver: Receiver;

  beforeAll(async () => {
    [origin, receiver] = await Promise.all([startOrigin(), startReceiver()]);
  });
  afterAll(async () => {
    await origin.stop();
    await receiver.stop();
  });
  afterEach(async () => {
    await endCommands();
    await service.stop();
  });

  /** Creates failed requests whose webhook is delivered. */
  async function delivered(count: number, path: string): Promise<string[]> {
    const fields = { webhook_url: receiver.on(path, 204) };
    const links = [`${origin.url}/missing.jpg`];
    const ids = await Promise.all(
      Array.from({ length: count }, () => uploaded(service.url, sheetOf(links), { fields })),
    );
    for (const id of ids) {
      await finished(service.url, id);
      await eventually(
        () => service.records.deliveries.find(id, 1),
        (delivery) => delivery?.state === 'delivered',
      );
    }
    return ids;
  }

  const messagesOf = (id: string) =>
    receiver.messages('/redeliver').filter(({ body }) => body.includes(id)).length;
  const isRedelivered = (id: string) => messagesOf(id) > 1;

  /** Returns those whose redelivery is over. A message that a crash interrupts may arrive once more. */
  async function redelivered(ids: readonly string[]): Promise<string[]> {
    const deliveries = await Promise.all(ids.map((id) => service.records.deliveries.find(id, 1)));
    return ids.filter((id, n) => deliveries[n]?.state === 'delivered' && isRedelivered(id));
  }

  const start = async (action: BulkAction, requestIds: readonly string[]) =>
    (await service.operations.startBulk(action, { requestIds })).operationId;

  const ended = (operationId: string) =>
    eventually(
      () => service.operations.showBulk(operationId),
      ({ status }) => status !== 'running',
    );

  it.each([
    [
      'delete',
      (ids: readonly string[]) =>
        Promise.all(ids.map((id) => service.records.requests.find(id))).then(
          (records) => records.filter((record) => record?.state === 'withdrawn').length,
        ),
    ],
    ['redeliver', (ids: readonly string[]) => Promise.resolve(ids.filter(isRedelivered).length)],
  ] as const)(
    'takes the action %s exactly once when its worker crashes',
    async (action, countDone) => {
      service = await startService();
      const ids = await delivered(MANY, `/${action}`);
      await service.stopWorker();
      const operationId = await start(action, ids);
      const line = await startMongodbLine();
      // The worker takes them in this order, four at once, so that eight are done by then.
      line.cutAt(readOfOne(ids[9] ?? ''));
      const uri = new URL(service.workerEnv.MONGODB_URI);
      uri.host = line.host;
      const worker = startCommand('worker', { ...service.workerEnv, MONGODB_URI: uri.href });
      await eventually(
        () => line.isCut(),
        (isCut) => isCut,
      );
      worker.kill('SIGKILL');
      await worker.ended;
      await line.close();
      expect(await countDone(ids)).toBeLessThan(MANY);
      const over = await redelivered(ids);

      await service.startWorker();
      const counts = { matched: MANY, done: MANY, skipped: 0, failed: 0 };
      expect(await ended(operationId)).toMatchObject({ status: 'completed', ...counts });
      expect(
        await eventually(
          () => countDone(ids),
          (count) => count >= MANY,
        ),
      ).toBe(MANY);
      expect(over.filter((id) => messagesOf(id) !== 2)).toEqual([]);
    },
  );

  it('counts over several runs when it continues as new', async () => {
    service = await startService({
      temporalAddress: process.env['TEST_TEMPORAL_SHORT_HISTORY_ADDRESS'],
      worker: false,
    });
    const operationId = await start(
      'cancel',
      Array.from({ length: 170 }, () => randomUUID()),
    );
    const handle = service.client.workflow.getHandle(`bulk-operation/${operationId}`);
    const { runId } = await handle.describe();
    await service.startWorker();
    expect(await ended(operationId)).toMatchObject({
      status: 'completed',
      action: 'cancel',
      matched: 170,
      done: 0,
      skipped: 170,
      failed: 0,
    });
    expect((await handle.describe()).runId).not.toBe(runId);
  });

  it('ends as stopped after the requests in progress, and counts them', async () => {
    let pages = 0;
    service = await startService({
      worker: false,
      wrap: (activities) => ({
        ...activities,
        async operate(input) {
          const tally = await activities.operate(input);
          pages += 1;
          if (pages === 2) await service.operations.stopBulk(input.operationId);
          return tally;
        },
      }),
    });
    const operationId = await start(
      'delete',
      Array.from({ length: 100 }, () => randomUUID()),
    );
    await service.startWorker();
    expect(await ended(operationId)).toMatchObject({
      status: 'stopped',
      matched: 100,
      skipped: 40,
    });
    expect(pages).toBe(2);
  });
});
