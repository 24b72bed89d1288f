import { chromium, type Browser, type Page, type Request } from 'playwright-core';
import { call } from '../support/api';
import { json } from '../support/calls';
import { eventually } from '../support/eventually';
import { startService, type Service } from '../support/service';

interface Operation {
  readonly summary?: string;
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly security?: readonly Record<string, unknown>[];
  readonly responses: Readonly<Record<string, { readonly description?: string }>>;
}

interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, { readonly properties?: object }>>;
  };
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const ID = '00000000-0000-4000-8000-000000000000';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(() => service.stop());

describe('/openapi.json', () => {
  let document: OpenApi;
  let operations: { path: string; method: string; operation: Operation }[];
  beforeAll(async () => {
    document = await json<OpenApi>(`${service.url}/openapi.json`);
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
    );
  });

  it('is an OpenAPI 3.1 document', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({
      title: expect.stringMatching(/./) as string,
      version: expect.stringMatching(/./) as string,
    });
    expect(operations.map(({ method }) => method).every((name) => METHODS.includes(name))).toBe(
      true,
    );
  });

  it.each([
    'post /image/upload/',
    'get /image/status/{request_id}',
    'get /image/result/{request_id}',
    'get /image/requests',
    'post /image/requests/retry',
    'get /image/requests/{request_id}',
    'delete /image/requests/{request_id}',
    'get /image/requests/{request_id}/events',
    'post /image/requests/{request_id}/retry',
    'post /image/requests/{request_id}/cancel',
    'post /image/requests/{request_id}/webhook',
    'get /image/requests/{request_id}/images',
    'get /image/requests/{request_id}/images/{row}/{position}',
    'get /image/files/{request_id}/{name}',
    'get /health/live',
    'get /health/ready',
  ])('lists %s', (call) => {
    expect(operations.map(({ path, method }) => `${method} ${path}`)).toContain(call);
  });

  it('lists for every path exactly the methods that the server allows', async () => {
    for (const [path, item] of Object.entries(document.paths)) {
      const url = service.url + path.replace('{request_id}', ID).replace(/\{\w+\}/g, 'x');
      const allow = (await call(url, { method: 'OPTIONS' })).headers.get('allow') ?? '';
      const served = allow.split(', ').filter((method) => method !== 'HEAD');
      const listed = Object.keys(item).map((method) => method.toUpperCase());
      expect([path, served.sort()]).toEqual([path, listed.sort()]);
    }
  });

  it('describes every operation and every response', () => {
    for (const { path, method, operation } of operations) {
      const texts = [operation, ...Object.values(operation.responses)].map(
        (part) =>
          ('summary' in part ? part.summary : (part as { description?: string }).description) ?? '',
      );
      expect([method, path, texts.filter((text) => text.trim() === '')]).toEqual([
        method,
        path,
        [],
      ]);
      expect(texts.length).toBeGreaterThan(1);
    }
  });

  it('gives every operation one of the known tags and a unique operationId', () => {
    const groups = ['Uploads', 'Requests', 'Operations', 'Files', 'Service'];
    for (const { operation } of operations) {
      expect(operation.tags).toHaveLength(1);
      expect(groups).toContain(operation.tags?.[0]);
    }
    const names = operations.map(({ operation }) => operation.operationId ?? '');
    expect(names.every((name) => /^[a-z]+[A-Za-z]+$/.test(name))).toBe(true);
    expect(new Set(names).size).toBe(names.length);
  });

  it('declares every path parameter', () => {
    for (const { path, operation } of operations) {
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path');
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect([path, declared.map(({ name }) => name).sort()]).toEqual([path, names.sort()]);
    }
  });

  it('defines the target of every reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
    for (const [, reference = ''] of references) {
      const target = reference
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect([reference, target]).toEqual([reference, expect.anything()]);
    }
  });

  it('declares security and 401 for exactly the operations that require a key', () => {
    for (const { path, operation } of operations) {
      const isOpen = /^\/(health|image\/files)\//.test(path);
      expect([path, operation.security !== undefined]).toEqual([path, !isOpen]);
      expect([path, '401' in operation.responses]).toEqual([path, !isOpen]);
    }
  });

  it('documents the limits that uploads are validated with', () => {
    expect(document.components?.schemas?.['Upload']?.properties).toMatchObject({
      quality: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
      format: { enum: ['keep', 'jpeg', 'png', 'webp', 'avif'], default: 'keep' },
      effort: { enum: ['fast', 'balanced', 'small'], default: 'balanced' },
      strict: { type: 'boolean', default: false },
    });
  });
});

describe.each([
  '/openapi.json',
  '/docs',
  '/docs/start.js',
  '/docs/swagger-ui.css',
  '/docs/swagger-ui-bundle.js',
  '/redoc',
  '/redoc/start.js',
  '/redoc/redoc.standalone.js',
])('GET %s', (path) => {
  const get = (headers: Record<string, string>) => call(service.url + path, { headers });
  const plain = { 'accept-encoding': 'identity' };
  const gzip = { 'accept-encoding': 'gzip' };

  it('compresses for clients that accept it, and sends the same text to the others', async () => {
    const [compressed, whole] = [await get(gzip), await get(plain)];
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(whole.headers.get('content-encoding')).toBeNull();
    for (const { headers } of [compressed, whole])
      expect(headers.get('vary')).toMatch(/accept-enc/i);
    const text = await whole.text();
    expect(text.length).toBeGreaterThan(0);
    expect(await compressed.text()).toBe(text);
  });

  it.each([plain, gzip])('answers 304 to a client that has it (%j)', async (encoding) => {
    const first = await get(encoding);
    await first.body?.cancel();
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    // `fetch` adds `Cache-Control: no-cache` to a call with this header.
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await get({ ...encoding, 'if-none-match': known });
      expect([known, again.status]).toEqual([known, 304]);
      expect(again.headers.get('etag')).toBe(etag);
      expect(await again.text()).toBe('');
    }
  });

  it('sends the text to a client that has another encoding or another version of it', async () => {
    const first = await get(gzip);
    await first.body?.cancel();
    for (const known of [first.headers.get('etag') ?? '', '"other"']) {
      const again = await get({ ...plain, 'if-none-match': known });
      expect(again.status).toBe(200);
      expect((await again.text()).length).toBeGreaterThan(0);
    }
  });
});

describe('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
  });
  afterAll(() => browser.close());

  interface Visit {
    /** The URLs that the page requested. */
    readonly requests: string[];
    /** Failed requests, and errors of the page. */
    readonly faults: string[];
  }

  async function visitPage(path: string, inspect: (page: Page) => Promise<void>): Promise<Visit> {
    const context = await browser.newContext();
    const visit: Visit = { requests: [], faults: [] };
    try {
      const page = await context.newPage();
      const unanswered = new Set<Request>();
      context.on('request', (request) => {
        visit.requests.push(request.url());
        unanswered.add(request);
      });
      context.on('requestfinished', (request) => unanswered.delete(request));
      context.on('requestfailed', (request) => {
        visit.faults.push(`failed: ${request.url()}`);
        unanswered.delete(request);
      });
      context.on('response', (response) => {
        if (response.status() >= 400) visit.faults.push(`${response.status()}: ${response.url()}`);
      });
      page.on('pageerror', (error) => visit.faults.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') visit.faults.push(message.text());
      });
      await page.goto(service.url + path);
      await inspect(page);
      // Waits until the page is idle. Playwright advises against `networkidle`, which once never fired.
      await page.evaluate('new Promise((resolve) => requestIdleCallback(() => resolve()))');
      await eventually(
        () => [...unanswered].map((request) => request.url()),
        (urls) => urls.length === 0,
      );
    } finally {
      await context.close();
    }
    return visit;
  }

  const waitForText = async (page: Page, text: string) => {
    await page.getByText(text, { exact: true }).first().waitFor({ state: 'attached' });
  };

  const foreignUrls = ({ requests }: Visit) =>
    requests
      .filter((url) => !/^(data|blob):/.test(url))
      .filter((url) => new URL(url).hostname !== '127.0.0.1');

  const expectOnlyOurServer = (visit: Visit) => {
    expect(visit.faults).toEqual([]);
    expect(visit.requests).toContain(`${service.url}/openapi.json`);
    expect(foreignUrls(visit)).toEqual([]);
  };

  it.each(['/docs', '/redoc'])(
    '%s shows every operation, contacts only our server, and reports no error',
    async (path) => {
      const { paths } = await json<OpenApi>(`${service.url}/openapi.json`);
      const summaries = Object.values(paths)
        .flatMap((item) => Object.values(item))
        .map(({ summary = '' }) => summary);
      expect(summaries.length).toBeGreaterThan(0);
      const visit = await visitPage(path, async (page) => {
        for (const summary of summaries) await waitForText(page, summary);
      });
      expectOnlyOurServer(visit);
    },
  );

  it.each(['/docs/', '/redoc/'])(
    '%s contacts only our server and reports no error',
    async (path) => {
      expectOnlyOurServer(
        await visitPage(path, (page) => waitForText(page, 'Get the status of a request')),
      );
    },
  );

  it('/docs can execute an operation', async () => {
    const { faults } = await visitPage('/docs', async (page) => {
      const call = page.locator('.opblock', { hasText: '/health/live' });
      await call.locator('.opblock-summary-control').click();
      await call.getByRole('button', { name: 'Try it out' }).click();
      await call.getByRole('button', { name: 'Execute' }).click();
      await call.locator('.live-responses-table .response-col_status').getByText('200').waitFor();
    });
    expect(faults).toEqual([]);
  });
});
