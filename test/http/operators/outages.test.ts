import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../../src/http/app';
import { createLogger } from '../../../src/telemetry/logger';
import { createApiMetrics } from '../../../src/telemetry/metrics/api';
import { createOperations } from '../../../src/requests/operations';
import { createShowSystem } from '../../../src/system/show';
import { createRuns } from '../../../src/temporal/runs';
import { finished, sheetOf, statusOf, uploaded } from '../../support/calls';
import { policyAllowing } from '../../support/targets';
import { eventually } from '../../support/eventually';
import { PAGE_FOLDER, startService, VERSION, type Service } from '../../support/service';
import { retryRecorded } from '../../support/retryRecorded';
import { call as callApi } from '../../support/api';
import { startRequestStage, UNKNOWN } from '../../support/requestStage';

const stage = startRequestStage();
const { fresh, link, call, answerOf, show, hasState, failsOnce, failed, running, stopped } = stage;

describe('while no worker is running', () => {
  let own: Service;
  const post = (path: string) => call(path, 'POST', own.url);

  beforeAll(async () => {
    own = await startService({ worker: false, env: { WEBHOOK_RETRY_INITIAL_MS: '600000' } });
  });
  beforeEach(() => own.startWorker());
  afterEach(() => own.stopWorker());
  afterAll(() => own.stop());

  it('accepts a retry, and runs it when a worker starts', async () => {
    const id = await failed(own.url);
    await own.stopWorker();
    expect(await answerOf(await post(`${id}/retry`))).toMatchObject({
      status: 202,
      body: { status: 'pending', details: '0 of 1 image compressed, 1 to go' },
    });
    await own.startWorker();
    expect((await finished(own.url, id)).status).toBe('completed');
  });

  it('accepts repeated cancellations, and cancels when a worker starts', async () => {
    await own.stopWorker();
    const id = await uploaded(own.url, sheetOf([link(failsOnce())]));
    expect((await post(`${id}/cancel`)).status).toBe(202);
    expect((await post(`${id}/cancel`)).status).toBe(202);
    await own.startWorker();
    expect(await finished(own.url, id)).toMatchObject({
      status: 'cancelled',
      details: '0 of 1 image compressed, 1 cancelled',
    });
  });

  /** A failed request whose run waits for the next attempt at its webhook. */
  async function failedWithPendingWebhook(path: string): Promise<string> {
    const id = await uploaded(own.url, sheetOf([link(path)]), {
      fields: { webhook_url: stage.receiver.on(fresh(), 500) },
    });
    await eventually(
      () => own.records.deliveries.find(id, 1),
      (delivery) => delivery?.attempts === 1,
    );
    return id;
  }

  async function retryAndCancel(id: string): Promise<void> {
    await own.stopWorker();
    expect((await post(`${id}/retry`)).status).toBe(202);
    expect((await post(`${id}/cancel`)).status).toBe(202);
    await own.startWorker();
    expect((await finished(own.url, id)).status).toBe('cancelled');
  }

  it('does not run a retry that is cancelled before it begins', async () => {
    const path = failsOnce();
    const id = await uploaded(own.url, sheetOf([link(path)]));
    await finished(own.url, id);
    await retryAndCancel(id);
    expect(stage.origin.hits(path)).toBe(1);
  });

  it('does not run a retry that is cancelled while it waits for the previous webhook', async () => {
    const path = failsOnce();
    const id = await failedWithPendingWebhook(path);
    await retryAndCancel(id);
    expect(stage.origin.hits(path)).toBe(1);
  });

  it('does not run a cancelled retry that the reconciler starts in the meantime', async () => {
    const path = failsOnce();
    const id = await failedWithPendingWebhook(path);
    await own.stopWorker();
    await retryRecorded(own, id);
    expect((await post(`${id}/cancel`)).status).toBe(202);
    await own.operations.reconcile(new Date(Date.now() + 1), 0);
    await own.startWorker();
    expect((await finished(own.url, id)).status).toBe('cancelled');
    expect(stage.origin.hits(path)).toBe(1);
  });

  it('accepts a redelivery, and sends it when a worker starts', async () => {
    const path = fresh();
    const id = await failed(own.url, { webhook_url: stage.receiver.on(path, 204) });
    await eventually(
      () => own.records.deliveries.find(id, 1),
      (delivery) => delivery?.state === 'delivered',
    );
    await own.stopWorker();
    expect((await post(`${id}/webhook`)).status).toBe(202);
    await own.startWorker();
    await eventually(
      () => stage.receiver.messages(path),
      (messages) => messages.length === 2,
    );
  });

  it('reports zero counts for a bulk retry, and runs it when a worker starts', async () => {
    const since = new Date().toISOString();
    const id = await failed(own.url);
    await own.stopWorker();
    const filter = { status: ['failed'], since, until: null } as const;
    const { workflowId, ...counts } = await own.operations.retryAll(filter, 100);
    expect(counts).toEqual({ retried: 0, skipped: 0 });
    expect((await statusOf(own.url, id)).status).toBe('failed');
    await own.startWorker();
    expect(await own.runs.bulkRetry(workflowId, 60_000)).toMatchObject({
      finished: true,
      retried: 1,
      skipped: 0,
    });
    expect((await finished(own.url, id)).status).toBe('completed');
  });
});

describe('while Temporal is down', () => {
  let base: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const { config, records, files } = stage.service;
    const logger = createLogger('silent', 'test');
    const runs = createRuns(
      { connection: { address: '127.0.0.1:1' }, namespace: 'default' },
      'none',
    );
    const answer = createApp({
      config,
      logger,
      files,
      health: { mongodb: () => records.ping(), temporal: () => runs.ping() },
      showSystem: createShowSystem({ config, records, version: VERSION, logger }),
      thumbnails: stage.service.thumbnails,
      pageFolder: PAGE_FOLDER,
      targets: policyAllowing([]),
      spool: stage.service.spool,
      metrics: createApiMetrics({ countByState: records.requests.countByState, logger }),
      stopping: new AbortController().signal,
      requests: createOperations({
        config,
        logger,
        records,
        files,
        runs,
      }),
    }).callback();
    const server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await runs.close();
    };
  });
  afterAll(() => close());

  it.each(['retry', 'webhook'])(
    'answers 503 to %s, and does not change the request',
    async (operation) => {
      const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(fresh(), 204) });
      const before = await hasState(id, 'delivered');
      const response = await call(`${id}/${operation}`, 'POST', base);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await show(id)).toEqual(before);
      expect((await call(`${id}/${operation}`)).status).toBe(202);
      await finished(stage.service.url, id);
    },
  );

  it('answers 503 to cancel, and the request keeps running', async () => {
    const id = await running();
    expect((await call(`${id}/cancel`, 'POST', base)).status).toBe(503);
    expect((await statusOf(stage.service.url, id)).status).toBe('processing');
    await stopped(id);
  });

  it('answers 503 to a bulk retry', async () => {
    expect((await call('retry', 'POST', base)).status).toBe(503);
  });

  it.each([
    ['POST', '', JSON.stringify({ action: 'retry', filter: {} })],
    ['GET', `/${UNKNOWN}`, null],
    ['POST', `/${UNKNOWN}/stop`, null],
  ])('answers 503 to %s /image/operations%s', async (method, path, body) => {
    const response = await callApi(`${base}/image/operations${path}`, { method, body });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  });
});
