import { existsSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { workflowIdOf } from '../../workflows/names';
import { finished, sheetOf, statusOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, stall, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startReceiver } from '../support/receiver';
import { startService, type Service } from '../support/service';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('removeExpired', () => {
  let service: Service;
  let origin: Origin;
  let good: string;

  beforeEach(async () => {
    origin = await startOrigin();
    service = await startService({
      env: { RETENTION_DAYS: '7', WEBHOOK_RETRY_INITIAL_MS: '600000' },
    });
    good = origin.on('/good.jpg', bytes(await photo()));
  });

  afterEach(async () => {
    await service.stop();
    await origin.stop();
  });

  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);

  async function done(): Promise<string> {
    const id = await uploaded(service.url, sheetOf([good]));
    await finished(service.url, id);
    return id;
  }

  it('removes all records and files of requests that finished before the retention period', async () => {
    const id = await done();
    expect(await service.operations.removeExpired(inDays(8))).toEqual({ removed: 1, more: false });
    expect(await service.count()).toEqual({ requests: 0, rows: 0, images: 0 });
    expect(existsSync(path.join(service.dataDir, 'files', id))).toBe(false);
    expect(existsSync(path.join(service.dataDir, 'results', id))).toBe(false);
  });

  it('keeps newer requests', async () => {
    await done();
    expect(await service.operations.removeExpired(inDays(6))).toEqual({ removed: 0, more: false });
    expect((await service.count()).requests).toBe(1);
  });

  it('never removes a running request, however old', async () => {
    const id = await uploaded(service.url, sheetOf([origin.on(`/${randomUUID()}`, stall)]));
    await eventually(
      () => statusOf(service.url, id),
      ({ status }) => status === 'processing',
    );
    expect(await service.operations.removeExpired(inDays(365))).toEqual({
      removed: 0,
      more: false,
    });
    await service.operations.cancel(id);
    await finished(service.url, id);
  });

  it('keeps a request whose webhook is still being delivered', async () => {
    const receiver = await startReceiver();
    const webhook_url = receiver.on('/hook', 500, 200);
    const id = await uploaded(service.url, sheetOf([good]), { fields: { webhook_url } });
    await finished(service.url, id);
    await eventually(
      () => receiver.messages('/hook'),
      ({ length }) => length > 0,
    );
    expect(await service.operations.removeExpired(inDays(365))).toEqual({
      removed: 0,
      more: false,
    });
    await receiver.stop();
  });

  it('removes all expired requests in batches when it runs as a workflow', async () => {
    const kept = await done();
    const record = await service.records.requests.find(kept);
    if (record === null) throw new Error('Expected the record');
    const expired = new Date(Date.now() - 8 * DAY_MS);
    for (let index = 0; index < 25; index += 1) {
      await service.records.requests.create({ ...record, _id: randomUUID(), updated_at: expired });
    }
    await service.client.workflow.execute('removeExpired', {
      workflowId: `remove-expired-${randomUUID()}`,
      taskQueue: service.config.TEMPORAL_TASK_QUEUE,
    });
    expect((await service.count()).requests).toBe(1);
    const run = await service.client.workflow.getHandle(workflowIdOf(kept)).describe();
    expect(run.status.name).toBe('COMPLETED');
  });
});
