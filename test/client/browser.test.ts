import path from 'node:path';
import { transformFile } from '@swc/core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { sheetOf } from '../support/calls';
import { cut, startProxyStage, type Handle } from '../support/httpProxy';
import { startRequestStage, UNKNOWN } from '../support/requestStage';

const ROOT = path.join(__dirname, '..', '..');
const stage = startRequestStage();
const proxy = startProxyStage(() => stage.service.url);
let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
});
afterAll(() => browser.close());

beforeEach(async () => {
  proxy.on('GET', /^\/(client|contract)\//, serveModule, Number.POSITIVE_INFINITY);
  proxy.on('GET', /^\/page$/, servePage, Number.POSITIVE_INFINITY);
  page = await browser.newPage();
  await page.goto(`${proxy.url}/page`);
});
afterEach(() => page.close());

/** Serves a source file as the browser reads it, import by import: a Node module or a package would fail. */
const serveModule: Handle = async ({ incoming, response }) => {
  const { code } = await transformFile(`${path.join(ROOT, incoming.url ?? '')}.ts`, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
};

const servePage: Handle = ({ response }) => {
  response
    .writeHead(200, { 'content-type': 'text/html' })
    .end('<!doctype html><title>Page</title>');
};

/** Runs the body of a function in the page. It is a string because the types of browsers are not among ours. */
const run = (body: string): Promise<unknown> =>
  page.evaluate(`(async () => {
    const { createClient } = await import('/client/index');
    const client = createClient({ url: '' });
    const csv = new Blob([${JSON.stringify(sheetOf([stage.link('/a.jpg')]))}]);
    ${body}
  })()`);

describe('the client in a browser', () => {
  it('uploads with progress, waits, and lists', async () => {
    const answers = await run(`
      const progress = [];
      const onProgress = (sent, total) => progress.push([sent, total]);
      const id = await client.upload(csv, { name: 'products.csv', onProgress });
      const changes = [];
      const request = await client.waitFor(id, { onChange: ({ status }) => changes.push(status) });
      const images = [];
      for await (const { status } of client.images(id)) images.push(status);
      const [sent, total] = progress.at(-1);
      return { status: request.status, changed: changes.at(-1), images, isSent: sent === total && total > 0 };
    `);
    expect(answers).toEqual({
      status: 'completed',
      changed: 'completed',
      images: ['succeeded'],
      isSent: true,
    });
  });

  it('repeats an upload with progress whose answer was lost, and there is one request', async () => {
    proxy.on('POST', /./, cut);
    const before = await stage.service.count();
    await run(`await client.upload(csv, { name: 'products.csv', onProgress: () => {} });`);
    expect(await stage.service.count()).toMatchObject({ requests: (before.requests ?? 0) + 1 });
    expect(proxy.calls(/^\/image\/upload/)).toHaveLength(2);
  });

  it('throws errors with their detail', async () => {
    const errors = await run(`
      const errorOf = ({ name, status, detail }) => ({ name, status, detail });
      const fields = { quality: 0 };
      return [
        await client.request('${UNKNOWN}').catch(errorOf),
        await client.upload(csv, { name: 'a.txt', onProgress: () => {} }).catch(errorOf),
        await client.upload(csv, { name: 'a.csv', fields, onProgress: () => {} }).catch(errorOf),
      ];
    `);
    expect(errors).toEqual([
      { name: 'ApiError', status: 404, detail: 'Request ID not found' },
      { name: 'ApiError', status: 400, detail: 'Only CSV files are supported' },
      {
        name: 'ApiError',
        status: 422,
        detail: [expect.objectContaining({ loc: ['body', 'quality'] })],
      },
    ]);
  });

  it('stops an upload when its signal is aborted', async () => {
    proxy.on('POST', /./, () => undefined);
    const name = await run(`
      const controller = new AbortController();
      const { signal } = controller;
      return await client
        .upload(csv, { name: 'products.csv', signal, onProgress: () => controller.abort() })
        .catch(({ name }) => name);
    `);
    expect(name).toBe('AbortError');
    expect(proxy.calls(/^\/image\/upload/)).toHaveLength(1);
  });
});
