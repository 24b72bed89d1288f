import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import type { RequestRecord } from '../../src/records/types';
import { replay } from '../../src/temporal/replay';
import {
  BULK_RETRY_WORKFLOW,
  IMAGE_REQUEST_WORKFLOW,
  PAUSE_SIGNAL,
  RECONCILE_WORKFLOW,
  RECONCILER_WORKFLOW,
  REMOVE_EXPIRED_WORKFLOW,
  RETENTION_WORKFLOW,
  SWEEP_SIGNAL,
  WORKER_CRASH,
  workflowIdOf,
} from '../../workflows/names';
import { finished, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, stall, startOrigin, status } from '../support/origin';
import { largeSheetOf } from '../support/largeSheet';
import { picture } from '../support/pictures';
import { startReceiver } from '../support/receiver';
import { startService, type Service } from '../support/service';
import { parseHistory, serializeHistory } from './file';

/**
 * `npm run histories` runs the service through every kind of run, and writes the histories beside this file for
 * test/workflows/histories.test.ts. `npm run histories -- -t cancelled` records only tests with that name.
 */

type Services = Awaited<ReturnType<typeof startServices>>;

async function startServices() {
  const [origin, receiver] = await Promise.all([startOrigin(), startReceiver()]);
  const service = await startService({ env: { WEBHOOK_MAX_ATTEMPTS: '2' } });
  return { origin, receiver, service, image: await picture(2, 2).png().toBuffer() };
}

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(async () => {
  await services.service.stop();
  await services.origin.stop();
  await services.receiver.stop();
});

/** A run by its ids (without `runId` the latest run), and the status that it is expected to end with. */
interface RecordedRun {
  readonly workflowId: string;
  readonly runId?: string | undefined;
  readonly end?: 'FAILED' | 'CANCELLED' | 'CONTINUED_AS_NEW';
}

async function saveHistory(name: string, recorded: RecordedRun, service: Service): Promise<void> {
  const { workflowId, runId, end = 'COMPLETED' } = recorded;
  const handle = service.client.workflow.getHandle(workflowId, runId);
  const { status: ended } = await eventually(
    () => handle.describe(),
    (one) => one.status.name !== 'RUNNING',
  );
  expect(ended.name).toBe(end);
  const json = serializeHistory(await handle.fetchHistory(), service.config.TEMPORAL_TASK_QUEUE);
  const bundle = path.join(__dirname, '..', '..', 'dist', 'workflow-bundle.js');
  const [outcome] = await replay(bundle, [{ name, history: parseHistory(json) }]);
  expect(outcome).toEqual({ name, deviation: null });
  await writeFile(path.join(__dirname, `${name}.json`), json);
}

/** Returns links that only this recording uses. */
function linksOf(name: string, count: number): string[] {
  const { origin, image } = services;
  return Array.from({ length: count }, (_, index) =>
    origin.on(`/${name}/${index}.png`, bytes(image)),
  );
}

const run = (requestId: string): RecordedRun => ({ workflowId: workflowIdOf(requestId) });

async function uploadedAndFinished(
  service: Service,
  links: readonly string[],
  fields: Record<string, string> = {},
): Promise<string> {
  const id = await uploaded(service.url, sheetOf(links), { fields });
  await finished(service.url, id);
  return id;
}

const waitForEnd = (service: Service, requestId: string) =>
  eventually(
    () => service.client.workflow.getHandle(workflowIdOf(requestId)).describe(),
    ({ status: { name } }) => name !== 'RUNNING',
  );

it('completed', async () => {
  const { service, receiver } = services;
  const fields = { webhook_url: receiver.on('/completed', 200) };
  const id = await uploadedAndFinished(service, linksOf('completed', 3), fields);
  await saveHistory('completed', run(id), service);
});

it('recorded', async () => {
  const { service } = services;
  const id = await uploaded(service.url, largeSheetOf(linksOf('recorded', 20)));
  await finished(service.url, id);
  await saveHistory('recorded', run(id), service);
});

it('slices', async () => {
  // Fails like the activity after workers crashed during a slice, then during it alone, then during its half.
  const service = await startService({
    wrap: (activities) => ({
      ...activities,
      processImages: (slice) =>
        slice.numbers.includes(0) && !(slice.suspect && slice.numbers.length === 1)
          ? Promise.reject(ApplicationFailure.nonRetryable('Workers died', WORKER_CRASH))
          : activities.processImages(slice),
    }),
  });
  try {
    // More than a hundred images, so that slices hold two.
    const id = await uploadedAndFinished(service, linksOf('slices', 101));
    await saveHistory('slices', run(id), service);
  } finally {
    await service.stop();
  }
});

it('wider-lanes', async () => {
  // Of one host, in slices of two: more of them are in flight than in the histories of older versions.
  const { service } = services;
  const id = await uploadedAndFinished(service, linksOf('wider', 101));
  await saveHistory('wider-lanes', run(id), service);
});

it('retried-alone', async () => {
  const { service, origin } = services;
  const link = origin.on('/passing', status(503), status(429, { 'retry-after': '1' }), status(404));
  const id = await uploadedAndFinished(service, [link, ...linksOf('retried', 1)]);
  await saveHistory('retried-alone', run(id), service);
});

it('completed-with-errors', async () => {
  const { service, origin } = services;
  const links = [`${origin.url}/missing`, ...linksOf('errors', 1)];
  await saveHistory(
    'completed-with-errors',
    run(await uploadedAndFinished(service, links)),
    service,
  );
});

it('failed', async () => {
  const { service, origin } = services;
  const id = await uploadedAndFinished(service, [`${origin.url}/one`, `${origin.url}/two`]);
  await saveHistory('failed', run(id), service);
});

it('empty', async () => {
  const { service } = services;
  const id = randomUUID();
  await service.records.requests.create(emptyRequest(id));
  await executeRun(service, id);
  await saveHistory('empty', run(id), service);
});

it('not-accepted', async () => {
  const { service } = services;
  const id = randomUUID();
  await expect(executeRun(service, id)).rejects.toThrow();
  await saveHistory('not-accepted', { ...run(id), end: 'FAILED' }, service);
});

it('cancelled', async () => {
  const { service, origin, receiver } = services;
  const links = [origin.on('/stalled', stall), ...linksOf('cancelled', 1)];
  const fields = { webhook_url: receiver.on('/cancelled', 200) };
  const id = await uploaded(service.url, sheetOf(links), { fields });
  await eventually(
    () => service.operations.status(id),
    ({ counts }) => counts.succeeded === 1,
  );
  await service.operations.cancel(id);
  await saveHistory('cancelled', { ...run(id), end: 'CANCELLED' }, service);
});

it('retry-cancelled', async () => {
  const { service, origin } = services;
  const links = [origin.on('/stays', status(404)), ...linksOf('retry-cancelled', 1)];
  const id = await uploadedAndFinished(service, links);
  await waitForEnd(service, id);
  origin.on('/stays', stall);
  const before = origin.hits('/stays');
  await service.operations.retry(id);
  await eventually(
    () => origin.hits('/stays'),
    (hits) => hits > before,
  );
  await service.operations.cancel(id);
  await saveHistory('retry-cancelled', { ...run(id), end: 'CANCELLED' }, service);
});

it('retried-request', async () => {
  const { service, origin, image } = services;
  const links = [origin.on('/repaired', status(404)), ...linksOf('repaired', 1)];
  const id = await uploadedAndFinished(service, links);
  await waitForEnd(service, id);
  origin.on('/repaired', bytes(image));
  await service.operations.retry(id);
  await saveHistory('retried-request', run(id), service);
});

it('redelivered', async () => {
  const { service, receiver } = services;
  const fields = { webhook_url: receiver.on('/redelivered', 200) };
  const id = await uploadedAndFinished(service, linksOf('redelivered', 1), fields);
  await waitForEnd(service, id);
  await service.operations.redeliver(id);
  await saveHistory('redelivered', run(id), service);
});

it('webhook-failed', async () => {
  const { service, receiver } = services;
  const fields = { webhook_url: receiver.on('/failing', 500) };
  const id = await uploadedAndFinished(service, linksOf('webhook', 1), fields);
  await saveHistory('webhook-failed', run(id), service);
});

it('overtaken', async () => {
  const { origin, receiver } = services;
  const service = await startService({ env: { WEBHOOK_RETRY_INITIAL_MS: '60000' } });
  try {
    const fields = { webhook_url: receiver.on('/overtaken', 500, 200) };
    const id = await uploaded(service.url, sheetOf([`${origin.url}/none`]), { fields });
    await eventually(
      () => receiver.messages('/overtaken').length,
      (count) => count > 0,
    );
    const handle = service.client.workflow.getHandle(workflowIdOf(id));
    const { runId } = await handle.describe();
    await service.operations.retry(id);
    await saveHistory('overtaken', { ...run(id), runId, end: 'CONTINUED_AS_NEW' }, service);
  } finally {
    await service.stop();
  }
});

it('closed', async () => {
  // A redelivery whose round is closed by a retry after it, and which continues with that retry.
  const { service, origin, receiver, image } = services;
  const link = origin.on('/closed', status(404), bytes(image));
  const fields = { webhook_url: receiver.on('/closed', 200) };
  const id = await uploadedAndFinished(service, [link], fields);
  await waitForEnd(service, id);
  await service.stopWorker();
  await service.operations.redeliver(id);
  await service.operations.retry(id);
  const { runId } = await service.client.workflow.getHandle(workflowIdOf(id)).describe();
  await service.startWorker();
  await saveHistory('closed', { ...run(id), runId, end: 'CONTINUED_AS_NEW' }, service);
});

it('settled', async () => {
  const { service, origin } = services;
  const id = await uploaded(service.url, sheetOf([origin.on('/never', stall)]));
  await eventually(
    () => origin.hits('/never'),
    (hits) => hits > 0,
  );
  await service.client.workflow.getHandle(workflowIdOf(id)).terminate();
  await service.operations.cancel(id);
  await saveHistory('settled', run(id), service);
});

it('continued', async () => {
  const { origin } = services;
  const service = await startService({
    temporalAddress: process.env['TEST_TEMPORAL_SHORT_HISTORY_ADDRESS'],
    env: { IMAGE_RETRY_INITIAL_MS: '500' },
  });
  try {
    const waiting = origin.on('/waiting', status(503), status(503), status(503), status(404));
    const links = [waiting, ...linksOf('continued', 11)];
    const id = await uploaded(service.url, sheetOf(links));
    const { runId } = await service.client.workflow.getHandle(workflowIdOf(id)).describe();
    await finished(service.url, id);
    await saveHistory('continued', { ...run(id), runId, end: 'CONTINUED_AS_NEW' }, service);
    await saveHistory('continuing', run(id), service);
  } finally {
    await service.stop();
  }
});

it('maintenance', async () => {
  const { service } = services;
  const taskQueue = service.config.TEMPORAL_TASK_QUEUE;
  for (const [name, workflow] of [
    ['reconciled', RECONCILE_WORKFLOW],
    ['expired-removed', REMOVE_EXPIRED_WORKFLOW],
  ] as const) {
    const workflowId = `${workflow}/${taskQueue}`;
    await service.client.workflow.execute(workflow, { workflowId, taskQueue });
    await saveHistory(name, { workflowId }, service);
  }
});

it('sweeps', async () => {
  const service = await startService({
    temporalAddress: process.env['TEST_TEMPORAL_SHORT_HISTORY_ADDRESS'],
  });
  const taskQueue = service.config.TEMPORAL_TASK_QUEUE;
  try {
    for (const workflow of [RECONCILER_WORKFLOW, RETENTION_WORKFLOW]) {
      const workflowId = `${workflow}/${taskQueue}`;
      const handle = await service.client.workflow.start(workflow, { workflowId, taskQueue });
      const { runId } = await handle.describe();
      const sweptAgain = async () => {
        const { historyLength } = await handle.describe();
        await handle.signal(SWEEP_SIGNAL);
        await eventually(
          () => handle.describe(),
          (run) => run.runId !== runId || run.historyLength > historyLength + 3,
        );
      };
      // Includes the complete wait for the next sweep where that is a minute.
      if (workflow === RECONCILER_WORKFLOW) {
        await eventually(
          () => handle.fetchHistory(),
          ({ events }) => events?.some((event) => event.timerFiredEventAttributes) === true,
        );
      }
      await sweptAgain();
      await handle.signal(PAUSE_SIGNAL);
      while ((await handle.describe()).runId === runId) await sweptAgain();
      await saveHistory(workflow, { workflowId, runId, end: 'CONTINUED_AS_NEW' }, service);
    }
  } finally {
    await service.stop();
  }
});

it('bulk-retry', async () => {
  const { origin } = services;
  const service = await startService();
  try {
    await uploadedAndFinished(service, [`${origin.url}/gone`]);
    const bulk = await startBulkRetry(service);
    await saveHistory('bulk-retry', { workflowId: bulk.workflowId }, service);
  } finally {
    await service.stop();
  }
});

it('bulk-retry-stopped', async () => {
  const { origin } = services;
  const service = await startService();
  try {
    // More than one page.
    const links = [`${origin.url}/gone-for-long`];
    const ids = await Promise.all(
      Array.from({ length: 25 }, () => uploadedAndFinished(service, links)),
    );
    const bulk = await startBulkRetry(service);
    await eventually(
      () => Promise.all(ids.map((id) => service.records.requests.find(id))),
      (records) => records.some((record) => record?.round === 2),
    );
    await bulk.cancel();
    await saveHistory(
      'bulk-retry-stopped',
      { workflowId: bulk.workflowId, end: 'CANCELLED' },
      service,
    );
  } finally {
    await service.stop();
  }
});

it('bulk-operation', async () => {
  const { origin } = services;
  const service = await startService();
  try {
    const id = await uploadedAndFinished(service, [`${origin.url}/gone-too`]);
    const requestIds = [id, ...Array.from({ length: 30 }, () => randomUUID())];
    const { operationId } = await service.operations.startBulk('retry', { requestIds });
    const workflowId = `bulk-operation/${operationId}`;
    await saveHistory('bulk-operation', { workflowId }, service);
  } finally {
    await service.stop();
  }
});

it('bulk-operation-stopped', async () => {
  const service = await startService();
  try {
    // Fifty pages.
    const requestIds = Array.from({ length: 1_000 }, () => randomUUID());
    const { operationId } = await service.operations.startBulk('cancel', { requestIds });
    await eventually(
      () => service.operations.showBulk(operationId),
      ({ skipped }) => skipped > 0,
    );
    await service.operations.stopBulk(operationId);
    const workflowId = `bulk-operation/${operationId}`;
    await saveHistory('bulk-operation-stopped', { workflowId, end: 'CANCELLED' }, service);
  } finally {
    await service.stop();
  }
});

function startBulkRetry({ client, config }: Service) {
  const taskQueue = config.TEMPORAL_TASK_QUEUE;
  const filter = { status: ['failed', 'completed_with_errors'], since: null, until: null };
  return client.workflow.start(BULK_RETRY_WORKFLOW, {
    workflowId: `bulk-retry/${taskQueue}`,
    taskQueue,
    args: [{ filter, cursor: null, progress: { retried: 0, skipped: 0 } }],
  });
}

const NOTHING = { total: 0, succeeded: 0, failed: 0, pending: 0 };

function executeRun(service: Service, requestId: string) {
  const input = { requestId, round: 1, task: 'process', token: 'upload', lanes: [] };
  return service.client.workflow.execute(IMAGE_REQUEST_WORKFLOW, {
    workflowId: workflowIdOf(requestId),
    taskQueue: service.config.TEMPORAL_TASK_QUEUE,
    args: [{ ...input, counts: NOTHING, bytes: { in: 0, out: 0 } }],
  });
}

/** A request without images, which no upload creates: it is recorded directly. */
function emptyRequest(id: string): RequestRecord {
  const now = new Date();
  return {
    _id: id,
    state: 'uploading',
    round: 1,
    sequence: 0,
    counts: NOTHING,
    bytes: { in: 0, out: 0 },
    options: { quality: 50, format: 'keep', effort: 'balanced', max_width: null, max_height: null },
    webhook_url: null,
    columns: ['S. No.', 'Product Name', 'Input Image Urls'],
    rows: 0,
    lanes: [],
    bad_rows: 0,
    note: null,
    file_name: 'empty.csv',
    fingerprint: id,
    created_at: now,
    started_at: null,
    finished_at: null,
    updated_at: now,
  };
}
