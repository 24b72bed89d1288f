import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { workflowIdOf } from '../../workflows/names';
import type { Activities } from '../../activities/types';
import { finished, requestOf, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, stall, startOrigin, status, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startReceiver } from '../support/receiver';
import { startService, type Service } from '../support/service';

const ended = (of: Service, id: string): Promise<WorkflowExecutionDescription> =>
  eventually(
    () => of.client.workflow.getHandle(workflowIdOf(id)).describe(),
    ({ status: { name } }) => name !== 'RUNNING',
  );

const range = (length: number) => Array.from({ length }, (_, index) => index);

describe('imageRequest', () => {
  let origin: Origin;
  let service: Service;

  beforeAll(async () => {
    origin = await startOrigin();
    service = await startService();
    origin.on('/a.jpg', bytes(await photo()));
  });

  afterAll(async () => {
    await service.stop();
    await origin.stop();
  });

  const describeRun = (id: string): Promise<WorkflowExecutionDescription> =>
    service.client.workflow.getHandle(workflowIdOf(id)).describe();

  it('sets the outcome of the request in the search attributes', async () => {
    const id = await uploaded(service.url, sheetOf([`${origin.url}/a.jpg`, `${origin.url}/none`]));
    await finished(service.url, id);
    const { typedSearchAttributes } = await eventually(
      () => describeRun(id),
      (run) => run.status.name === 'COMPLETED',
    );
    const shown = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    expect(Object.fromEntries(shown)).toMatchObject({
      ImageRequestStatus: 'completed_with_errors',
      ImageRequestTotal: 2,
      ImageRequestSucceeded: 1,
      ImageRequestFailed: 1,
    });
  });

  it('names the image of a small request in the summary of its activity', async () => {
    const id = await uploaded(service.url, sheetOf([`${origin.url}/a.jpg`]));
    await finished(service.url, id);
    const history = await service.client.workflow.getHandle(workflowIdOf(id)).fetchHistory();
    const summaries = (history.events ?? [])
      .filter((event) => event.activityTaskScheduledEventAttributes)
      .map((event) => Buffer.from(event.userMetadata?.summary?.data ?? []).toString());
    expect(summaries).toContain('"a.jpg"');
  });

  it('has ids and numbers in its payloads, and never a link', async () => {
    const id = await uploaded(service.url, sheetOf([`${origin.url}/a.jpg?token=secret`]));
    await finished(service.url, id);
    const history = await service.client.workflow.getHandle(workflowIdOf(id)).fetchHistory();
    const payloads = JSON.stringify(history, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    );
    expect(payloads).not.toContain('token=secret');
    expect(payloads).not.toContain(origin.url);
  });

  it('completes a request without images', async () => {
    const id = '00000000-0000-4000-8000-000000000001';
    const counts = { total: 0, succeeded: 0, failed: 0, pending: 0 };
    await service.records.requests.create({
      _id: id,
      state: 'uploading',
      round: 1,
      sequence: 0,
      counts,
      bytes: { in: 0, out: 0 },
      options: {
        quality: 50,
        format: 'keep',
        effort: 'balanced',
        max_width: null,
        max_height: null,
      },
      webhook_url: null,
      columns: ['S. No.', 'Product Name', 'Input Image Urls'],
      // As 0.1.0 recorded it, without `sheet`.
      url_column: 2,
      rows: 0,
      lanes: [],
      bad_rows: 0,
      note: null,
      file_name: 'empty.csv',
      fingerprint: 'none',
      created_at: new Date(),
      started_at: null,
      finished_at: null,
      updated_at: new Date(),
    });
    const report: unknown = await service.client.workflow.execute('imageRequest', {
      workflowId: workflowIdOf(id),
      taskQueue: service.config.TEMPORAL_TASK_QUEUE,
      args: [
        {
          requestId: id,
          round: 1,
          task: 'process',
          token: 'upload',
          lanes: [],
          counts,
          bytes: { in: 0, out: 0 },
        },
      ],
    });
    expect(report).toMatchObject({ status: 'completed', details: '0 of 0 images compressed' });
  });

  it('fails when no upload was accepted under its id', async () => {
    const id = '00000000-0000-4000-8000-000000000002';
    const run = service.client.workflow.execute('imageRequest', {
      workflowId: workflowIdOf(id),
      taskQueue: service.config.TEMPORAL_TASK_QUEUE,
      args: [
        {
          requestId: id,
          task: 'process',
          token: 'upload',
          round: 1,
          lanes: [1],
          counts: { total: 1, succeeded: 0, failed: 0, pending: 1 },
          bytes: { in: 0, out: 0 },
        },
      ],
    });
    await expect(run).rejects.toMatchObject({ cause: { cause: { type: 'round_closed' } } });
  });

  it('stops downloads when cancelled, keeps what is done, and still sends the webhook', async () => {
    const receiver = await startReceiver();
    origin.on('/slow.jpg', stall);
    const id = await uploaded(
      service.url,
      sheetOf([`${origin.url}/a.jpg`, `${origin.url}/slow.jpg`]),
      { fields: { webhook_url: receiver.on('/cancelled', 200) } },
    );
    await eventually(
      () => requestOf(service.url, id),
      ({ counts }) => counts.succeeded === 1 && origin.open() === 1,
    );
    const handle = service.client.workflow.getHandle(workflowIdOf(id));
    await handle.cancel();
    await eventually(
      () => origin.open(),
      (open) => open === 0,
    );
    expect(await finished(service.url, id)).toMatchObject({
      status: 'cancelled',
      details: '1 of 2 images compressed, 1 cancelled',
    });
    const [message] = await eventually(
      () => receiver.messages('/cancelled'),
      (messages) => messages.length === 1,
    );
    expect(JSON.parse(message?.body ?? '')).toMatchObject({ status: 'cancelled' });
    await expect(handle.result()).rejects.toMatchObject({ name: 'WorkflowFailedError' });
    expect((await describeRun(id)).status.name).toBe('CANCELLED');
    await receiver.stop();
  });

  it('completes when it is cancelled after its last image', async () => {
    let cancel: () => Promise<unknown> = () => Promise.resolve();
    const own = await startService({
      wrap: (activities) => ({
        ...activities,
        async processImages(input) {
          const done = await activities.processImages(input);
          await cancel();
          return done;
        },
      }),
    });
    try {
      await own.stopWorker();
      const id = await uploaded(own.url, sheetOf([`${origin.url}/a.jpg`]));
      cancel = () => own.client.workflow.getHandle(workflowIdOf(id)).cancel();
      await own.startWorker();
      expect(await finished(own.url, id)).toMatchObject({
        status: 'completed',
        details: '1 of 1 image compressed',
      });
      expect((await ended(own, id)).status.name).toBe('COMPLETED');
    } finally {
      await own.stop();
    }
  });

  it('continues with a retry when the result of recordOutcome was lost', async () => {
    let retry: (() => Promise<unknown>) | null = null;
    const own = await startService({
      wrap: (activities) => ({
        ...activities,
        async recordOutcome(input) {
          const recorded = await activities.recordOutcome(input);
          if (retry === null) return recorded;
          await retry();
          retry = null;
          throw new Error('The worker died');
        },
      }),
    });
    try {
      await own.stopWorker();
      origin.on('/late.jpg', status(404), bytes(await photo()));
      const id = await uploaded(own.url, sheetOf([`${origin.url}/late.jpg`]));
      retry = () => own.operations.retry(id);
      await own.startWorker();
      expect((await ended(own, id)).status.name).toBe('COMPLETED');
      expect(await finished(own.url, id)).toMatchObject({ status: 'completed' });
    } finally {
      await own.stop();
    }
  });

  it('records a slice once when its worker is stopped half-way', async () => {
    let release: (() => void) | undefined;
    origin.on('/held.jpg', (response) => {
      release = () => void photo().then((body) => response.end(body));
    });
    const own = await startService();
    const links = [...range(5).map((n) => `${origin.url}/stop-${n}.jpg`), `${origin.url}/held.jpg`];
    for (const n of range(5)) origin.on(`/stop-${n}.jpg`, bytes(await photo()));
    const id = await uploaded(own.url, sheetOf(links));
    await eventually(
      () => release,
      (ready) => ready !== undefined,
    );
    const stopped = own.stopWorker();
    release?.();
    await stopped;
    await own.startWorker();
    expect(await finished(own.url, id)).toMatchObject({ status: 'completed' });
    for (const n of range(5)) expect(origin.hits(`/stop-${n}.jpg`)).toBe(1);
    await own.stop();
  });
});

describe('imageRequest, continued as new', () => {
  const temporalAddress = process.env['TEST_TEMPORAL_SHORT_HISTORY_ADDRESS'];
  let origin: Origin;

  beforeAll(async () => {
    origin = await startOrigin();
  });

  afterAll(async () => {
    await origin.stop();
  });

  async function runsOf(service: Service, id: string): Promise<number> {
    let runs = 0;
    const query = `WorkflowId = '${workflowIdOf(id)}'`;
    for await (const run of service.client.workflow.list({ query })) {
      runs += run.workflowId === workflowIdOf(id) ? 1 : 0;
    }
    return runs;
  }

  /** The list of runs lags by about a second. */
  const wasContinued = (service: Service, id: string, times = 1) =>
    eventually(
      () => runsOf(service, id),
      (runs) => runs > times,
    );

  it('ends with exact counts when images fail permanently and transiently', async () => {
    const service = await startService({ temporalAddress });
    const links = await Promise.all(
      range(90).map(async (n) => {
        const answers =
          n % 10 === 3 ? [status(404)] : n % 10 === 7 ? [status(503), bytes(await photo())] : [];
        return origin.on(
          `/can/${n}.jpg`,
          ...answers,
          ...(answers.length ? [] : [bytes(await photo())]),
        );
      }),
    );
    const id = await uploaded(service.url, sheetOf(...links.map((link) => [link])));
    expect(await finished(service.url, id)).toMatchObject({
      status: 'completed_with_errors',
      details: '81 of 90 images compressed, 9 failed',
    });
    await wasContinued(service, id, 2);
    const hits = range(90).map((n) => origin.hits(`/can/${n}.jpg`));
    for (const count of hits.filter((_, n) => n % 10 !== 7)) expect(count).toBe(1);
    // A draining run cancels pending attempts: an image that was downloading downloads again in the next run.
    for (const count of hits.filter((_, n) => n % 10 === 7))
      expect(count).toBeGreaterThanOrEqual(2);
    await service.stop();
  });

  it('loses no completion that arrives while the run continues as new', async () => {
    // Slices end at common moments, so that many completions arrive together.
    const service = await startService({
      temporalAddress,
      wrap: (activities: Activities) => ({
        ...activities,
        processImages: async (input) => {
          const outcome = await activities.processImages(input);
          await new Promise((resolve) => setTimeout(resolve, 200 - (Date.now() % 200)));
          return outcome;
        },
      }),
    });
    const picture = await photo();
    const links = range(60).map((n) => origin.on(`/heap/${n}.jpg`, bytes(picture)));
    const id = await uploaded(service.url, sheetOf(...links.map((link) => [link])));
    expect(await finished(service.url, id)).toMatchObject({
      details: '60 of 60 images compressed',
    });
    await wasContinued(service, id);
    await service.stop();
  });

  it('repeats no work of an activity whose result is lost after it was recorded', async () => {
    let lost = 0;
    const service = await startService({
      temporalAddress,
      wrap: (activities: Activities) => ({
        ...activities,
        processImages: async (input) => {
          const outcome = await activities.processImages(input);
          if (lost < 10) {
            lost += 1;
            throw ApplicationFailure.create({ message: 'The answer is lost', nextRetryDelay: 1 });
          }
          return outcome;
        },
      }),
    });
    const picture = await photo();
    // More than are in flight at once, so that work is left when the run continues as new.
    const links = range(60).map((n) => origin.on(`/lost/${n}.jpg`, bytes(picture)));
    const id = await uploaded(service.url, sheetOf(...links.map((link) => [link])));
    expect(await finished(service.url, id)).toMatchObject({
      details: '60 of 60 images compressed',
    });
    for (const n of range(60)) expect(origin.hits(`/lost/${n}.jpg`)).toBe(1);
    const { bytes: sums } = await requestOf(service.url, id);
    expect(sums.in).toBe(60 * picture.length);
    await wasContinued(service, id);
    await service.stop();
  });
});
