import { gzipSync } from 'node:zlib';
import { call } from '../support/api';
import { startService, type Service } from '../support/service';
import { withFile } from '../support/temporaryFile';

const PATHS = [
  '/',
  '',
  '/requests/x',
  '/requests/x/',
  '/requests/x/images/1',
  '/system',
  '/system/',
];

/** Compressed JavaScript of the first view, in bytes. */
const MAX_SCRIPT_BYTES = 60_000;

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

const assetsOf = (html: string) =>
  [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, path]) => path ?? '');

describe('the page', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ worker: false });
  });
  afterAll(() => service.stop());

  it.each(PATHS)('is served at %j, with a strict policy', async (path) => {
    const { status, headers, ...response } = await get(path);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.text).toContain('<div id="page"></div>');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).not.toContain('unsafe');
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: http: https:",
        "frame-ancestors 'none'",
      ]),
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-cache');
  });

  it('contains no script or style in its HTML', async () => {
    const { text } = await get('/');
    expect(text).not.toMatch(/<style| style=| on\w+=/);
    for (const [script] of text.matchAll(/<script[^]*?<\/script>/g)) {
      expect(script).toMatch(/^<script [^>]*src="[^"]+"><\/script>$/);
    }
  });

  it('says without JavaScript where the calls are documented', async () => {
    const [, sentence = ''] = /<noscript>([^]*)<\/noscript>/.exec((await get('/')).text) ?? [];
    expect(sentence).toContain('needs JavaScript');
    // Relative to `<base>`, which contains the prefix.
    expect(sentence).toContain('<a href="docs">');
  });

  it('loads a script, a style and an icon that never change', async () => {
    const assets = assetsOf((await get('/')).text);
    expect(assets.map((name) => name.replace(/.*\./, '')).sort()).toEqual(['css', 'js', 'svg']);
    for (const asset of assets) {
      const { status, headers } = await get(`/${asset}`);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe(TYPES[asset.replace(/.*\./, '')]);
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const etag = headers.get('etag') ?? '';
      expect((await get(`/${asset}`, { 'if-none-match': etag })).status).toBe(304);
    }
  });

  it(`has at most ${MAX_SCRIPT_BYTES} bytes of compressed JavaScript`, async () => {
    const scripts = assetsOf((await get('/')).text).filter((asset) => asset.endsWith('.js'));
    let bytes = 0;
    for (const script of scripts) bytes += gzipSync((await get(`/${script}`)).text).length;
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
  });

  it.each([
    '/nope',
    '/requests',
    '/requests/',
    '/systems',
    '/system/x',
    '/assets/',
    '/assets/x.js',
  ])('is not served at %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it.each(['/', '/requests/x', '/system'])('answers 405 to other methods of %s', async (path) => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await call(service.url + path, { method });
      expect([method, response.status]).toEqual([method, 405]);
      expect(response.headers.get('allow')).toBe('HEAD, GET');
    }
  });

  async function get(path: string, headers: Record<string, string> = {}) {
    const response = await call(service.url + path, { headers, redirect: 'manual' });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
});

describe('the page of a service with keys', () => {
  it('needs no key, and neither do its files', async () => {
    const service = await startService({ worker: false, env: { API_KEYS: 'first-key' } });
    try {
      for (const path of ['/', '/requests/x', '/system']) {
        const response = await call(service.url + path);
        const html = await response.text();
        expect([path, response.status]).toEqual([path, 200]);
        for (const asset of assetsOf(html)) {
          const file = await call(`${service.url}/${asset}`);
          await file.body?.cancel();
          expect([asset, file.status]).toEqual([asset, 200]);
        }
      }
    } finally {
      await service.stop();
    }
  });
});

describe('the page behind a path prefix', () => {
  it.each([
    ['https://shop.example', '/'],
    ['https://shop.example/images', '/images/'],
    ['https://shop.example/a"b&c/', '/a%22b&amp;c/'],
  ])('is told the path of PUBLIC_URL %s', async (publicUrl, base) => {
    const service = await startService({ worker: false, env: { PUBLIC_URL: publicUrl } });
    try {
      const html = await (await call(`${service.url}/requests/x`)).text();
      expect(html).toContain(`<base href="${base}" />`);
    } finally {
      await service.stop();
    }
  });
});

describe('the sample of the page', () => {
  const META = '<meta name="sample" content="assets/sample.csv" />';

  it('is served and named in the HTML when there is one', () =>
    withFile('Name,Image\n', async (file) => {
      const service = await startService({ worker: false, env: { SAMPLE_FILE: file } });
      try {
        expect(await (await call(`${service.url}/`)).text()).toContain(META);
        const sample = await call(`${service.url}/assets/sample.csv`);
        expect(sample.headers.get('content-type')).toMatch(/^text\/csv/);
        expect(await sample.text()).toBe('Name,Image\n');
      } finally {
        await service.stop();
      }
    }));

  it('is not there by default', async () => {
    const service = await startService({ worker: false });
    try {
      expect(await (await call(`${service.url}/`)).text()).not.toContain('name="sample"');
      const sample = await call(`${service.url}/assets/sample.csv`);
      await sample.body?.cancel();
      expect(sample.status).toBe(404);
    } finally {
      await service.stop();
    }
  });
});
