import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir } from 'node:fs/promises';
import { createApp } from '../../src/api/app';
import { createLogger } from '../../src/logger';
import { createApiMetrics } from '../../src/metrics/api';
import { createOperations } from '../../src/requests/operations';
import type { RequestView } from '../../src/requests/view';
import { createRuns } from '../../src/temporal/runs';
import { workflowIdOf } from '../../workflows/names';
import { finished, json, sheetOf, statusOf, text, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, stall, startOrigin, status, type Origin } from '../support/origin';
import { photo, transparentPng } from '../support/pictures';
import { startReceiver, type Receiver } from '../support/receiver';
import { startService, type Service } from '../support/service';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

let service: Service;
let origin: Origin;
let receiver: Receiver;
let picture: Buffer;
let names = 0;

beforeAll(async () => {
  origin = await startOrigin();
  receiver = await startReceiver();
  // A webhook that is not taken is tried again after the test is over.
  service = await startService({
    env: { WEBHOOK_RETRY_INITIAL_MS: '600000', DOWNLOAD_TIMEOUT_MS: '600000' },
  });
  picture = await photo();
  origin.on('/a.jpg', bytes(picture));
  origin.on('/b.png', bytes(await transparentPng()));
});

afterAll(async () => {
  await service.stop();
  await origin.stop();
  await receiver.stop();
});

/** A path that no other test uses. */
const fresh = () => `/own-${(names += 1)}`;
const link = (path: string) => `${origin.url}${path}`;

function call(path: string, method = 'POST', base = service.url): Promise<Response> {
  return fetch(`${base}/image/requests/${path}`, { method });
}

async function answerOf(response: Response) {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function show(id: string, base = service.url): Promise<RequestView> {
  return json<RequestView>(`${base}/image/requests/${id}`);
}

function hasState(id: string, state: string): Promise<RequestView> {
  return eventually(
    () => show(id),
    ({ webhook }) => webhook?.state === state,
  );
}

interface Place {
  readonly output_url: string | null;
  readonly status: string;
}

async function outputsOf(id: string): Promise<(string | null)[]> {
  const { images } = await json<{ images: Place[] }>(`${service.url}/image/requests/${id}/images`);
  return images.map(({ output_url }) => output_url);
}

/** Fails at its first download, and is there at the second. */
function failsOnce(): string {
  const path = fresh();
  origin.on(path, status(404), bytes(picture));
  return path;
}

/** Its first download never ends. */
function stallsOnce(): string {
  const path = fresh();
  origin.on(path, stall, bytes(picture));
  return path;
}

const failed = async (base = service.url, fields = {}) => {
  const id = await uploaded(base, sheetOf([link(failsOnce())]), { fields });
  expect((await finished(base, id)).status).toBe('failed');
  return id;
};

/** A request whose only image is being downloaded, for ever. */
async function running(fields = {}): Promise<string> {
  const path = stallsOnce();
  const id = await uploaded(service.url, sheetOf([link(path)]), { fields });
  await eventually(
    () => origin.hits(path),
    (hits) => hits === 1,
  );
  return id;
}

async function stopped(id: string): Promise<void> {
  await call(`${id}/cancel`);
  await finished(service.url, id);
}

describe('POST /image/requests/{request_id}/retry', () => {
  it('runs only the images that failed, and keeps what was done', async () => {
    const [done, later] = [fresh(), failsOnce()];
    origin.on(done, bytes(picture));
    const id = await uploaded(service.url, sheetOf([link(done), link(later)], [link(later)]));
    expect((await finished(service.url, id)).details).toBe('1 of 3 images compressed, 2 failed');
    const [kept] = await outputsOf(id);

    const response = await answerOf(await call(`${id}/retry`));
    expect(response).toEqual({
      status: 202,
      body: {
        request_id: id,
        status: expect.stringMatching(/pending|processing/) as string,
        details: '1 of 3 images compressed, 2 to go',
      },
    });

    expect(await finished(service.url, id)).toMatchObject({
      status: 'completed',
      details: '3 of 3 images compressed',
    });
    expect([origin.hits(done), origin.hits(later)]).toEqual([1, 2]);
    const outputs = await outputsOf(id);
    expect(outputs[0]).toBe(kept);
    expect(outputs).not.toContain(null);
    expect(await show(id)).toMatchObject({
      attempt: 2,
      counts: { total: 3, succeeded: 3, failed: 0, pending: 0 },
    });
    const [, first, second] = (await text(`${service.url}/image/result/${id}`)).split('\r\n');
    expect(first).toMatch(new RegExp(`"${outputs[0]},${outputs[1]}"$`));
    expect(second).toMatch(new RegExp(`,${outputs[2]}$`));
    expect(await text(`${service.url}/image/result/${id}?only=failed`)).toBe(
      'S. No.,Product Name,Input Image Urls,Errors\r\n',
    );
  });

  it('may be repeated for as long as something fails', async () => {
    const path = fresh();
    origin.on(path, status(404), status(403), bytes(picture));
    const id = await uploaded(service.url, sheetOf([link(path), link('/a.jpg')]));
    await finished(service.url, id);
    await call(`${id}/retry`);
    expect((await finished(service.url, id)).status).toBe('completed_with_errors');
    await call(`${id}/retry`);
    expect((await finished(service.url, id)).status).toBe('completed');
    expect((await show(id)).attempt).toBe(3);
  });

  it("sends the new outcome's webhook, under an id of its own", async () => {
    const path = fresh();
    const id = await failed(service.url, { webhook_url: receiver.on(path, 204) });
    await hasState(id, 'delivered');
    await call(`${id}/retry`);
    await eventually(
      () => receiver.messages(path),
      (messages) => messages.length === 2,
    );
    const sent = receiver.messages(path).map(({ headers, body }) => {
      const { status: outcome } = JSON.parse(body) as { status: string };
      return [headers['webhook-id'], outcome];
    });
    expect(sent).toEqual([
      [`${id}.1`, 'failed'],
      [`${id}.2`, 'completed'],
    ]);
  });

  it('goes on at once while the webhook of the older outcome is still being delivered', async () => {
    const path = fresh();
    const id = await failed(service.url, { webhook_url: receiver.on(path, 500, 204) });
    await eventually(
      () => service.records.deliveries.find(id, 1),
      (delivery) => delivery?.attempts === 1,
    );
    expect((await call(`${id}/retry`)).status).toBe(202);
    expect((await finished(service.url, id)).status).toBe('completed');
    expect((await hasState(id, 'delivered')).webhook?.id).toBe(`${id}.2`);
    expect(await service.records.deliveries.find(id, 1)).toMatchObject({
      state: 'superseded',
      attempts: 1,
    });
    expect(receiver.messages(path).map(({ headers }) => headers['webhook-id'])).toEqual([
      `${id}.1`,
      `${id}.2`,
    ]);
  });

  it('runs of a cancelled request also the images that were pending', async () => {
    const [done, held] = [fresh(), stallsOnce()];
    origin.on(done, bytes(picture));
    const id = await uploaded(service.url, sheetOf([link(done), link(held)]));
    await eventually(
      () => statusOf(service.url, id),
      ({ details }) => details.startsWith('1 of 2'),
    );
    await stopped(id);
    await call(`${id}/retry`);
    expect((await finished(service.url, id)).status).toBe('completed');
    expect([origin.hits(done), origin.hits(held)]).toEqual([1, 2]);
  });

  it('leaves bad rows as they are: only a new sheet can mend them', async () => {
    const sheet = `${sheetOf([link(failsOnce())])}2,Nothing,\n`;
    const id = await uploaded(service.url, sheet);
    await finished(service.url, id);
    await call(`${id}/retry`);
    expect((await finished(service.url, id)).details).toBe('1 of 2 images compressed, 1 failed');
    const { status: code, body } = await answerOf(await call(`${id}/retry`));
    expect(code).toBe(409);
    expect(body['detail']).toContain('bad rows');
  });

  it('is refused while the request runs', async () => {
    const id = await running();
    expect(await answerOf(await call(`${id}/retry`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('still running') as string },
    });
    await stopped(id);
  });

  it('is refused when nothing failed', async () => {
    const id = await uploaded(service.url, sheetOf([link('/a.jpg')]));
    await finished(service.url, id);
    expect(await answerOf(await call(`${id}/retry`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('nothing to retry') as string },
    });
  });

  it('succeeds for one of two operators who ask at the same moment', async () => {
    const path = fresh();
    origin.on(path, status(404), bytes(picture));
    const id = await uploaded(service.url, sheetOf([link(path)]));
    await finished(service.url, id);
    const answers = await Promise.all([call(`${id}/retry`), call(`${id}/retry`)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409]);
    await finished(service.url, id);
    expect(origin.hits(path)).toBe(2);
    expect((await show(id)).attempt).toBe(2);
  });
});

describe('POST /image/requests/{request_id}/cancel', () => {
  it('stops open downloads, and records what was done', async () => {
    const own = await startOrigin();
    const hook = fresh();
    const held = Array.from({ length: 5 }, (_, n) => own.on(`/held-${n}`, stall));
    const id = await uploaded(service.url, sheetOf([link('/a.jpg')], held), {
      fields: { webhook_url: receiver.on(hook, 204) },
    });
    await eventually(
      () => own.open(),
      (open) => open === 5,
    );
    await eventually(
      () => statusOf(service.url, id),
      ({ details }) => details.startsWith('1 of 6'),
    );
    const { status: code, body } = await answerOf(await call(`${id}/cancel`));
    expect([code, Object.keys(body)]).toEqual([202, ['request_id', 'status', 'details']]);
    await eventually(
      () => own.open(),
      (open) => open === 0,
    );
    expect(await finished(service.url, id)).toEqual({
      request_id: id,
      status: 'cancelled',
      details: '1 of 6 images compressed, 5 cancelled',
    });
    const [, first, second] = (await text(`${service.url}/image/result/${id}`)).split('\r\n');
    expect(first).toContain(`/image/files/${id}/`);
    expect(second).toMatch(/",{4}"$/);
    await hasState(id, 'delivered');
    expect(JSON.parse(receiver.messages(hook)[0]?.body ?? '')).toMatchObject({
      status: 'cancelled',
    });
    await own.stop();
  });

  it('is refused when the request is finished', async () => {
    const id = await uploaded(service.url, sheetOf([link('/a.jpg')]));
    await finished(service.url, id);
    expect(await answerOf(await call(`${id}/cancel`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('completed') as string },
    });
  });

  it('is refused while only the webhook of a finished request is outstanding', async () => {
    const id = await failed(service.url, { webhook_url: receiver.on(fresh(), 500) });
    expect((await call(`${id}/cancel`)).status).toBe(409);
  });
});

describe('POST /image/requests/{request_id}/webhook', () => {
  it('delivers the same body under the same id', async () => {
    const path = fresh();
    const id = await failed(service.url, { webhook_url: receiver.on(path, 204) });
    await hasState(id, 'delivered');
    const before = await statusOf(service.url, id);
    expect(await answerOf(await call(`${id}/webhook`))).toEqual({ status: 202, body: before });
    const [first, second] = await eventually(
      () => receiver.messages(path),
      (messages) => messages.length === 2,
    );
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe(`${id}.1`);
    expect((await hasState(id, 'delivered')).attempt).toBe(1);
  });

  it('has a run that says what it is for', async () => {
    const id = await failed(service.url, { webhook_url: receiver.on(fresh(), 204) });
    const run = service.client.workflow.getHandle(workflowIdOf(id));
    await run.result();
    expect((await call(`${id}/webhook`)).status).toBe(202);
    await run.result();
    expect(await (await run.describe()).staticSummary()).toBe('products.csv: the webhook again');
  });

  it('makes way for a retry that comes right behind it', async () => {
    const path = failsOnce();
    const id = await uploaded(service.url, sheetOf([link(path)]), {
      fields: { webhook_url: receiver.on(fresh(), 204) },
    });
    await hasState(id, 'delivered');
    const run = service.client.workflow.getHandle(workflowIdOf(id));
    await run.result();
    await service.stopWorker();
    expect((await call(`${id}/webhook`)).status).toBe(202);
    expect((await call(`${id}/retry`)).status).toBe(202);
    await service.startWorker();
    expect((await finished(service.url, id)).status).toBe('completed');
    expect(await run.result()).toMatchObject({ status: 'completed' });
  });

  it('delivers one that was given up, with all its attempts again', async () => {
    const path = fresh();
    const id = await failed(service.url, { webhook_url: receiver.on(path, 410, 204) });
    await hasState(id, 'failed');
    expect((await call(`${id}/webhook`)).status).toBe(202);
    expect((await hasState(id, 'delivered')).webhook).toMatchObject({ attempts: 1, error: null });
  });

  it('is refused while the request runs', async () => {
    const id = await running({ webhook_url: receiver.on(fresh(), 204) });
    expect((await call(`${id}/webhook`)).status).toBe(409);
    await stopped(id);
  });

  it('is refused while it is being delivered', async () => {
    const id = await failed(service.url, { webhook_url: receiver.on(fresh(), 500) });
    expect(await answerOf(await call(`${id}/webhook`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('being delivered') as string },
    });
  });

  it('is refused when the request has none', async () => {
    const id = await failed();
    expect(await answerOf(await call(`${id}/webhook`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('webhook_url') as string },
    });
  });
});

describe('DELETE /image/requests/{request_id}', () => {
  it('leaves nothing behind: no record, no file, and 404 everywhere', async () => {
    const before = await service.count();
    const id = await uploaded(service.url, sheetOf([link('/a.jpg'), link('/b.png')]), {
      fields: { webhook_url: receiver.on(fresh(), 204) },
    });
    await hasState(id, 'delivered');
    const [output] = await outputsOf(id);
    const response = await call(id, 'DELETE');
    expect([response.status, await response.text()]).toEqual([204, '']);

    const urls = [
      ...['status', 'result', 'requests'].map((part) => `${service.url}/image/${part}/${id}`),
      ...['images', 'events'].map((part) => `${service.url}/image/requests/${id}/${part}`),
      String(output),
    ];
    for (const url of urls) expect([url, (await fetch(url)).status]).toEqual([url, 404]);
    for (const operation of ['retry', 'cancel', 'webhook']) {
      expect([operation, (await call(`${id}/${operation}`)).status]).toEqual([operation, 404]);
    }
    expect((await call(id, 'DELETE')).status).toBe(404);
    expect(await service.count()).toEqual(before);
    expect(await service.records.deliveries.find(id, 1)).toBeNull();
    const files = await readdir(service.dataDir, { recursive: true });
    expect(files.filter((file) => file.includes(id))).toEqual([]);
  });

  it('is refused while the request runs', async () => {
    const id = await running();
    expect(await answerOf(await call(id, 'DELETE'))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('still running') as string },
    });
    await stopped(id);
    expect((await call(id, 'DELETE')).status).toBe(204);
  });

  it('is answered to one of two who ask at once, and 404 to the other', async () => {
    const id = await failed();
    const answers = await Promise.all([call(id, 'DELETE'), call(id, 'DELETE')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
  });

  it('ends a delivery that is under way', async () => {
    const id = await failed(service.url, { webhook_url: receiver.on(fresh(), 500) });
    expect((await call(id, 'DELETE')).status).toBe(204);
    expect(await service.records.deliveries.find(id, 1)).toBeNull();
  });
});

describe('an id that nobody knows', () => {
  it.each(['retry', 'cancel', 'webhook'])('is answered 404 by %s', async (operation) => {
    expect(await answerOf(await call(`${UNKNOWN}/${operation}`))).toEqual({
      status: 404,
      body: { detail: 'Request ID not found' },
    });
  });

  it('is answered 404 when it is to be deleted', async () => {
    expect((await call(UNKNOWN, 'DELETE')).status).toBe(404);
  });
});

describe('while no worker runs', () => {
  let own: Service;
  const on = (path: string) => call(path, 'POST', own.url);

  beforeAll(async () => {
    own = await startService({ worker: false, env: { WEBHOOK_RETRY_INITIAL_MS: '600000' } });
  });
  beforeEach(() => own.startWorker());
  afterEach(() => own.stopWorker());
  afterAll(() => own.stop());

  it('a retry is answered, and run when one comes', async () => {
    const id = await failed(own.url);
    await own.stopWorker();
    expect(await answerOf(await on(`${id}/retry`))).toMatchObject({
      status: 202,
      body: { status: 'pending', details: '0 of 1 image compressed, 1 to go' },
    });
    await own.startWorker();
    expect((await finished(own.url, id)).status).toBe('completed');
  });

  it('a cancellation is answered, however often it is asked for, and done when one comes', async () => {
    await own.stopWorker();
    const id = await uploaded(own.url, sheetOf([link(failsOnce())]));
    expect((await on(`${id}/cancel`)).status).toBe(202);
    expect((await on(`${id}/cancel`)).status).toBe(202);
    await own.startWorker();
    expect(await finished(own.url, id)).toMatchObject({
      status: 'cancelled',
      details: '0 of 1 image compressed, 1 cancelled',
    });
  });

  it('a retry that is cancelled before it began is not run', async () => {
    const path = failsOnce();
    const id = await uploaded(own.url, sheetOf([link(path)]));
    await finished(own.url, id);
    await own.stopWorker();
    expect((await on(`${id}/retry`)).status).toBe(202);
    expect((await on(`${id}/cancel`)).status).toBe(202);
    await own.startWorker();
    expect((await finished(own.url, id)).status).toBe('cancelled');
    expect(origin.hits(path)).toBe(1);
  });

  it('a retry that waits for an older webhook, and is cancelled, is not run either', async () => {
    const path = failsOnce();
    const id = await uploaded(own.url, sheetOf([link(path)]), {
      fields: { webhook_url: receiver.on(fresh(), 500) },
    });
    await eventually(
      () => own.records.deliveries.find(id, 1),
      (delivery) => delivery?.attempts === 1,
    );
    await own.stopWorker();
    expect((await on(`${id}/retry`)).status).toBe(202);
    expect((await on(`${id}/cancel`)).status).toBe(202);
    await own.startWorker();
    expect((await finished(own.url, id)).status).toBe('cancelled');
    expect(origin.hits(path)).toBe(1);
  });

  it('a redelivery is answered, and made when one comes', async () => {
    const path = fresh();
    const id = await failed(own.url, { webhook_url: receiver.on(path, 204) });
    await eventually(
      () => own.records.deliveries.find(id, 1),
      (delivery) => delivery?.state === 'delivered',
    );
    await own.stopWorker();
    expect((await on(`${id}/webhook`)).status).toBe(202);
    await own.startWorker();
    await eventually(
      () => receiver.messages(path),
      (messages) => messages.length === 2,
    );
  });

  it('a bulk retry has no counts yet, and is done when one comes', async () => {
    const id = await failed(own.url);
    await own.stopWorker();
    const filter = { status: ['failed'], since: null, until: null } as const;
    expect(await own.operations.retryAll(filter, 100)).toMatchObject({ retried: 0, skipped: 0 });
    await own.startWorker();
    expect(
      await eventually(
        () => statusOf(own.url, id),
        (report) => report.status === 'completed',
      ),
    ).toBeDefined();
  });
});

describe('while Temporal is down', () => {
  let base: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const { config, records, files } = service;
    const logger = createLogger('silent', 'test');
    const runs = createRuns(
      { connection: { address: '127.0.0.1:1' }, namespace: 'default' },
      'none',
    );
    const answer = createApp({
      ...{ config, logger, records, files, health: {} },
      metrics: createApiMetrics({ countByState: records.requests.countByState, logger }),
      stopping: new AbortController().signal,
      requests: createOperations({ config, logger, records, files, runs }),
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
    '%s is answered 503, and the request is as before',
    async (operation) => {
      const id = await failed(service.url, { webhook_url: receiver.on(fresh(), 204) });
      const before = await hasState(id, 'delivered');
      const response = await call(`${id}/${operation}`, 'POST', base);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await show(id)).toEqual(before);
      expect((await call(`${id}/${operation}`)).status).toBe(202);
      await finished(service.url, id);
    },
  );

  it('cancel is answered 503, and the request runs on', async () => {
    const id = await running();
    expect((await call(`${id}/cancel`, 'POST', base)).status).toBe(503);
    expect((await statusOf(service.url, id)).status).toBe('processing');
    await stopped(id);
  });

  it('a bulk retry is answered 503', async () => {
    expect((await call('retry', 'POST', base)).status).toBe(503);
  });
});

describe('POST /image/requests/retry', () => {
  let own: Service;
  const bulk = async (query = '') => answerOf(await call(`retry${query}`, 'POST', own.url));

  beforeEach(async () => {
    own = await startService();
  });
  afterEach(() => own.stop());

  it('retries what failed, skips what has nothing to retry, and counts both', async () => {
    const ids = [await failed(own.url), await failed(own.url)];
    const mixed = await uploaded(own.url, sheetOf([link('/a.jpg'), link(failsOnce())]));
    const badRow = await uploaded(own.url, `${sheetOf([link('/a.jpg')])}2,Nothing,\n`);
    const done = await uploaded(own.url, sheetOf([link('/a.jpg')]));
    for (const id of [mixed, badRow, done]) await finished(own.url, id);

    const response = await call('retry', 'POST', own.url);
    const operation = response.headers.get('operation-id') ?? '';
    expect(await answerOf(response)).toEqual({ status: 202, body: { retried: 3, skipped: 1 } });
    const { type } = await own.client.workflow.getHandle(operation).describe();
    expect(type).toBe('bulkRetry');
    for (const id of [...ids, mixed]) {
      expect((await finished(own.url, id)).status).toBe('completed');
    }
    for (const id of [badRow, done]) expect((await show(id, own.url)).attempt).toBe(1);
  });

  it('does no harm twice at once', async () => {
    const paths = [failsOnce(), failsOnce(), failsOnce()];
    const ids = await Promise.all(paths.map((path) => uploaded(own.url, sheetOf([link(path)]))));
    for (const id of ids) await finished(own.url, id);
    const answers = await Promise.all([bulk(), bulk()]);
    expect(answers.map(({ status: code }) => code)).toEqual([202, 202]);
    for (const id of ids) {
      expect((await finished(own.url, id)).status).toBe('completed');
      expect((await show(id, own.url)).attempt).toBe(2);
    }
    expect(paths.map((path) => origin.hits(path))).toEqual([2, 2, 2]);
  });

  it('takes only the status and the span that it is given', async () => {
    const before = await failed(own.url);
    const mixed = await uploaded(own.url, sheetOf([link('/a.jpg'), link(failsOnce())]));
    await finished(own.url, mixed);
    const after = await failed(own.url);
    const since = encodeURIComponent(String((await show(mixed, own.url)).created_at));
    const until = encodeURIComponent(String((await show(after, own.url)).created_at));

    expect((await bulk('?status=cancelled')).body).toEqual({ retried: 0, skipped: 0 });
    expect((await bulk(`?status=failed&since=${since}&until=${until}`)).body).toEqual({
      retried: 0,
      skipped: 0,
    });
    expect((await bulk(`?since=${since}&until=${until}`)).body).toEqual({ retried: 1, skipped: 0 });
    expect((await bulk(`?status=failed&since=${until}`)).body).toEqual({ retried: 1, skipped: 0 });
    expect((await bulk('?status=failed&until=2020-01-01')).body).toEqual({
      retried: 0,
      skipped: 0,
    });
    expect((await bulk('?status=failed&since=2020-01-01')).body).toMatchObject({ retried: 1 });
    for (const id of [before, mixed, after]) {
      expect((await finished(own.url, id)).status).toBe('completed');
    }
  });
});

describe('POST /image/requests/retry, asked wrongly', () => {
  it.each([
    ['since=yesterday', 'since'],
    ['until=2026-13-01', 'until'],
    ['since=2026-01-01T10:00', 'since'],
    ['status=completed', 'status'],
    ['status=running', 'status'],
    ['before=2026-01-01', 'before'],
  ])('%s is answered 422', async (query, field) => {
    const { status: code, body } = await answerOf(await call(`retry?${query}`));
    expect(code).toBe(422);
    expect(body['detail']).toMatchObject([{ loc: ['query', field] }]);
  });

  it('is no request that could be read or deleted', async () => {
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const response = await call('retry', method);
      expect([method, response.status, response.headers.get('allow')]).toEqual([
        method,
        405,
        'POST',
      ]);
    }
  });
});
