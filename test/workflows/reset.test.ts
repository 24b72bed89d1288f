import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { workflowIdOf } from '../../workflows/names';
import { finished, requestOf, resultOf, sheetOf, statusOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, stall, startOrigin, status, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startReceiver, type Receiver } from '../support/receiver';
import { startService, type Service } from '../support/service';

/** How a reset by `temporal workflow reset` or the Web UI affects records, files and webhooks. */
describe('A run that is reset', () => {
  let service: Service;
  let origin: Origin;
  let receiver: Receiver;
  /** Every slice waits for this before it starts. */
  let beforeSlice: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    origin = await startOrigin();
    receiver = await startReceiver();
    service = await startService({
      wrap: (activities) => ({
        ...activities,
        async processImages(input) {
          await beforeSlice;
          return activities.processImages(input);
        },
      }),
    });
  });

  afterAll(async () => {
    await service.stop();
    await receiver.stop();
    await origin.stop();
  });

  const runOf = (id: string) => service.client.workflow.getHandle(workflowIdOf(id));

  /** Resets the run to a workflow task, by default to the first, which repeats everything. */
  async function reset(id: string, task = 0): Promise<void> {
    const { runId } = await runOf(id).describe();
    const { events } = await runOf(id).fetchHistory();
    const tasks = events?.filter((event) => Boolean(event.workflowTaskCompletedEventAttributes));
    await service.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: workflowIdOf(id), runId },
      reason: 'test',
      workflowTaskFinishEventId: tasks?.[task]?.eventId ?? null,
      requestId: randomUUID(),
    });
  }

  const filesOf = (id: string) =>
    readdir(path.join(service.dataDir, 'files', id), { recursive: true });

  it('changes nothing once the outcome is recorded: the new run fails with round_closed', async () => {
    const link = origin.on(`/${randomUUID()}`, bytes(await photo()));
    const webhook = receiver.on(`/${randomUUID()}`, 200);
    const id = await uploaded(service.url, sheetOf([link]), { fields: { webhook_url: webhook } });
    await finished(service.url, id);
    await eventually(
      () => runOf(id).describe(),
      ({ status }) => status.name === 'COMPLETED',
    );
    const before = [
      await requestOf(service.url, id),
      await resultOf(service.url, id),
      await filesOf(id),
    ];

    await reset(id);
    await eventually(
      () => runOf(id).describe(),
      ({ status }) => status.name === 'FAILED',
    );
    await expect(runOf(id).result()).rejects.toMatchObject({
      cause: { cause: { type: 'round_closed' } },
    });
    expect([
      await requestOf(service.url, id),
      await resultOf(service.url, id),
      await filesOf(id),
    ]).toEqual(before);
    expect(origin.hits(new URL(link).pathname)).toBe(1);
    expect(receiver.messages(new URL(webhook).pathname)).toHaveLength(1);
  });

  it('continues without downloading or counting recorded images again', async () => {
    const done = origin.on(`/${randomUUID()}`, bytes(await photo()));
    const late = origin.on(`/${randomUUID()}`, stall, bytes(await photo()));
    const webhook = receiver.on(`/${randomUUID()}`, 200);
    const id = await uploaded(service.url, sheetOf([done, late]), {
      fields: { webhook_url: webhook },
    });
    await eventually(
      () => statusOf(service.url, id),
      ({ details }) => details.startsWith('1 of 2'),
    );

    await reset(id);
    expect(await finished(service.url, id)).toMatchObject({
      status: 'completed',
      details: '2 of 2 images compressed',
    });
    expect(origin.hits(new URL(done).pathname)).toBe(1);
    expect(await requestOf(service.url, id)).toMatchObject({
      counts: { total: 2, succeeded: 2, failed: 0, pending: 0 },
    });
    const [message] = await eventually(
      () => receiver.messages(new URL(webhook).pathname),
      ({ length }) => length > 0,
    );
    expect(message?.headers['webhook-id']).toBe(`${id}.1`);
  });

  it('continues with a retry that arrives before it finds the round closed', async () => {
    const link = origin.on(`/${randomUUID()}`, status(404), bytes(await photo()));
    const id = await uploaded(service.url, sheetOf([link]));
    await finished(service.url, id);
    await eventually(
      () => runOf(id).describe(),
      (run) => run.status.name === 'COMPLETED',
    );
    let release: () => void = () => undefined;
    beforeSlice = new Promise<void>((resolve) => (release = resolve));
    // Resets to the state after the acceptance, so that the slice is next.
    await reset(id, 1);
    await service.operations.retry(id);
    release();
    expect(await finished(service.url, id)).toMatchObject({
      status: 'completed',
      details: '1 of 1 image compressed',
    });
  });
});
