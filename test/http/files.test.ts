import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { call } from '../support/api';
import { photo } from '../support/pictures';
import { openTestBucket, type TestBucket } from '../support/s3';
import { startService, type Service } from '../support/service';
import { storeImage } from '../support/storedImage';

describe.each(['disk', 's3'])('GET /image/files/{request_id}/{name}, stored on %s', (backend) => {
  let bucket: TestBucket | null = null;
  let service: Service;
  const id = randomUUID();
  let name: string;
  let content: Buffer;

  beforeAll(async () => {
    if (backend === 's3') bucket = await openTestBucket();
    Object.assign(process.env, bucket?.env);
    service = await startService({
      worker: false,
      env: bucket === null ? {} : { STORAGE_URL: bucket.url, STORAGE_PATH_STYLE: 'true' },
    });
    content = await photo();
    name = await storeImage(service.files, id, '0-1', 'jpeg', content);
  });
  afterAll(async () => {
    await service.stop();
    await bucket?.remove();
  });

  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    call(`${service.url}/image/files/${id}/${name}`, { method, headers });

  /** Requests a path exactly as it is written: `fetch` would normalize it. */
  function getRaw(file: string): Promise<{ status: number; body: string }> {
    const { hostname, port } = new URL(service.url);
    return new Promise((resolve, reject) => {
      const answered = (response: IncomingMessage) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, body });
        });
      };
      request({ hostname, port, path: `/image/files/${file}` }, answered)
        .once('error', reject)
        .end();
    });
  }

  it('answers with the bytes, their length and their content type', async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(response.headers.get('content-length')).toBe(String(content.length));
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
  });

  it.each([
    ['jpeg', 'image/jpeg'],
    ['png', 'image/png'],
    ['webp', 'image/webp'],
    ['avif', 'image/avif'],
    ['gif', 'image/gif'],
    ['tiff', 'image/tiff'],
  ] as const)('serves %s as %s', async (format, type) => {
    const file = await storeImage(service.files, id, '0-2', format, Buffer.from(format));
    const response = await call(`${service.url}/image/files/${id}/${file}`);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toBe(format);
  });

  it('answers 404 to a name that is longer than any file name', async () => {
    const { status } = await getRaw(`${id}/${'9'.repeat(5000)}-0-${'0'.repeat(32)}.jpg`);
    expect(status).toBe(404);
  });

  it('allows permanent caching, and forbids content sniffing and scripts', async () => {
    const { headers } = await get();
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });

  it('answers HEAD like GET, without the body', async () => {
    const [whole, head] = [await get(), await get({}, 'HEAD')];
    expect(head.status).toBe(200);
    expect((await head.arrayBuffer()).byteLength).toBe(0);
    for (const header of ['content-type', 'content-length', 'etag', 'cache-control']) {
      expect(head.headers.get(header)).toBe(whole.headers.get(header));
      expect(head.headers.get(header)).not.toBeNull();
    }
    await whole.body?.cancel();
  });

  it('sends a strong ETag, and answers 304 to a client that has it', async () => {
    const etag = (await get()).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await get({ 'if-none-match': known });
      expect([known, response.status]).toEqual([known, 304]);
      expect(response.headers.get('etag')).toBe(etag);
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect(await response.text()).toBe('');
    }
  });

  it('sends the bytes to a client with another ETag', async () => {
    const response = await get({ 'if-none-match': '"other"' });
    expect(response.status).toBe(200);
    expect((await response.arrayBuffer()).byteLength).toBe(content.length);
  });

  it('returns when the image was stored', async () => {
    const { headers } = await get();
    const modified = Date.parse(headers.get('last-modified') ?? '');
    expect(Math.abs(Date.now() - modified)).toBeLessThan(24 * 60 * 60 * 1000);
    expect((await get({}, 'HEAD')).headers.get('last-modified')).toBe(headers.get('last-modified'));
  });

  describe('with If-Modified-Since', () => {
    const shifted = async (ms: number) => {
      const modified = (await get({}, 'HEAD')).headers.get('last-modified') ?? '';
      return new Date(Date.parse(modified) + ms).toUTCString();
    };

    it.each([
      ['the time of the image', 0],
      ['a later time', 60_000],
    ])('answers 304 to %s', async (_, ms) => {
      const response = await get({ 'if-modified-since': await shifted(ms) });
      expect(response.status).toBe(304);
      expect(response.headers.get('last-modified')).toBe(await shifted(0));
      expect(await response.text()).toBe('');
    });

    it('sends the image for an earlier time and for an invalid one', async () => {
      for (const time of [await shifted(-1000), 'yesterday']) {
        const response = await get({ 'if-modified-since': time });
        expect([time, response.status]).toEqual([time, 200]);
        expect((await response.arrayBuffer()).byteLength).toBe(content.length);
      }
    });

    it('uses only If-None-Match when both are sent', async () => {
      const etag = (await get({}, 'HEAD')).headers.get('etag') ?? '';
      const statuses = async (headers: Record<string, string>) =>
        (await get(headers, 'HEAD')).status;
      const [earlier, later] = [await shifted(-60_000), await shifted(60_000)];
      expect(await statuses({ 'if-none-match': etag, 'if-modified-since': earlier })).toBe(304);
      expect(await statuses({ 'if-none-match': '"other"', 'if-modified-since': later })).toBe(200);
    });
  });

  describe('with Range', () => {
    it('announces that ranges are accepted', async () => {
      expect((await get({}, 'HEAD')).headers.get('accept-ranges')).toBe('bytes');
    });

    it.each([
      ['bytes=0-0', 0, 0],
      ['bytes=5-9', 5, 9],
      ['BYTES=5-9', 5, 9],
      ['bytes=100-', 100, Infinity],
      ['bytes=100-999999999', 100, Infinity],
      ['bytes=-1', -1, Infinity],
      ['bytes=-999999999', 0, Infinity],
    ])('sends the part that %s asks for', async (range, first, last) => {
      const start = first < 0 ? content.length + first : first;
      const end = Math.min(last, content.length - 1);
      const response = await get({ range });
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${content.length}`);
      expect(response.headers.get('content-length')).toBe(String(end - start + 1));
      expect(response.headers.get('content-type')).toBe('image/jpeg');
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect(Buffer.from(await response.arrayBuffer())).toEqual(content.subarray(start, end + 1));
    });

    it.each(['bytes=0-1,5-6', 'bytes=9-5', 'bytes=', 'bytes=-', 'bytes=a-b', 'pages=0-1', 'x'])(
      'sends the whole image for %s',
      async (range) => {
        const response = await get({ range });
        expect(response.status).toBe(200);
        expect(response.headers.get('content-range')).toBeNull();
        expect((await response.arrayBuffer()).byteLength).toBe(content.length);
      },
    );

    it.each([
      ['begins at the end', () => `bytes=${content.length}-`],
      ['begins after the end', () => `bytes=${content.length + 5}-${content.length + 9}`],
      ['asks for the last 0 bytes', () => 'bytes=-0'],
    ])('answers 416 and the size when it %s', async (_, range) => {
      const response = await get({ range: range() });
      expect(response.status).toBe(416);
      expect(response.headers.get('content-range')).toBe(`bytes */${content.length}`);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toEqual({
        detail: `Expected a range of the image's ${content.length} bytes, received one that begins after the last`,
      });
    });

    it('ignores Range for HEAD', async () => {
      const response = await get({ range: 'bytes=0-0' }, 'HEAD');
      expect(response.status).toBe(200);
      expect(response.headers.get('content-length')).toBe(String(content.length));
    });

    it('answers 304 to a client that has the image', async () => {
      expect((await get({ range: 'bytes=0-0', 'if-none-match': '*' })).status).toBe(304);
    });

    it('sends the part only if If-Range matches the image', async () => {
      const { headers } = await get({}, 'HEAD');
      const etag = headers.get('etag') ?? '';
      const modified = headers.get('last-modified') ?? '';
      for (const [validator, status] of [
        [etag, 206],
        [modified, 206],
        [`W/${etag}`, 200],
        ['"other"', 200],
        [new Date(Date.parse(modified) + 1000).toUTCString(), 200],
      ] as const) {
        const response = await get({ range: 'bytes=0-0', 'if-range': validator });
        expect([validator, response.status]).toEqual([validator, status]);
        await response.arrayBuffer();
      }
    });
  });

  it('does not allow caching of a 404', async () => {
    const response = await call(`${service.url}/image/files/${randomUUID()}/${name}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  describe('calls the store', () => {
    /** Returns which methods of the store `work` calls. */
    async function callsOf(work: () => Promise<Response>): Promise<string[]> {
      const calls: string[] = [];
      const spies = (['describeImage', 'openImage'] as const).map((method) => {
        const spy = jest.spyOn(service.files, method);
        const restore = () => {
          calls.push(...spy.mock.calls.map(() => method));
          spy.mockRestore();
        };
        return restore;
      });
      await (await work()).arrayBuffer();
      for (const restore of spies) restore();
      return calls;
    }

    it.each([
      ['once, for the image, when all of it is requested', 'GET', {}, ['openImage']],
      ['once, for the description, on HEAD', 'HEAD', {}, ['describeImage']],
      [
        'once, for the description, when the client has the image',
        'GET',
        { 'if-none-match': '*' },
        ['describeImage'],
      ],
      [
        'twice when a part is requested',
        'GET',
        { range: 'bytes=0-0' },
        ['describeImage', 'openImage'],
      ],
    ] as const)('%s', async (_, method, headers, calls) => {
      expect(await callsOf(() => get({ ...headers }, method))).toEqual(calls);
    });
  });

  it('sends a different ETag for different bytes', async () => {
    const other = await storeImage(service.files, id, '0-1', 'jpeg', Buffer.from('other'));
    const response = await call(`${service.url}/image/files/${id}/${other}`);
    expect(response.headers.get('etag')).not.toBe((await get()).headers.get('etag'));
  });

  it('serves many calls at once', async () => {
    const sizes = await Promise.all(
      Array.from({ length: 50 }, async () => (await (await get()).arrayBuffer()).byteLength),
    );
    expect(new Set(sizes)).toEqual(new Set([content.length]));
  });

  describe('answers 404 to', () => {
    const hash = 'a'.repeat(32);
    const notFound = { status: 404, body: JSON.stringify({ detail: 'File not found' }) };

    it.each([
      ['a name that does not exist', `${id}/0-1-${hash}.jpg`],
      ['a name with another extension', `${id}/0-1-${hash}.svg`],
      ['a name that is not an image', `${id}/result-1.csv`],
      ['a hash in upper case', `${id}/0-1-${hash.toUpperCase()}.jpg`],
      ['a draft', `${id}/0-1-${hash}.jpg.${randomUUID()}.tmp`],
      ['a name with parent folders', `${id}/..%2f..%2fsecret.jpg`],
      ['a name with parent folders and backslashes', `${id}/..%5c..%5csecret.jpg`],
      ['parent folders after a valid name', `${id}/0-1-${hash}.jpg%2f..%2f..%2fsecret.jpg`],
      ['a name that is two dots', `${id}/%2e%2e`],
      ['a NUL byte', `${id}/0-1-${hash}.jpg%00.jpg`],
      ['a line break', `${id}/0-1-${hash}.jpg%0a`],
      ['invalid escapes', `${id}/%E0%A4%A`],
      ['a request id with parent folders', `..%2f..%2f/0-1-${hash}.jpg`],
      ['a request id that is two dots', `%2e%2e/0-1-${hash}.jpg`],
      ['a very long name', `${id}/0-1-${hash}.jpg${'a'.repeat(5000)}`],
    ])('%s', async (_, file) => {
      await writeFile(path.join(service.dataDir, 'secret.jpg'), 'secret');
      expect(await getRaw(file)).toEqual(notFound);
    });

    it('a valid name under another request', async () => {
      expect(await getRaw(`${randomUUID()}/${name}`)).toEqual(notFound);
    });

    it('a path with unescaped parent folders', async () => {
      const { status, body } = await getRaw(`${id}/../../../secret.jpg`);
      expect(status).toBe(404);
      expect(body).not.toContain('secret');
    });
  });

  it.each(['POST', 'PUT', 'DELETE'])('answers 405 to %s, and allows GET', async (method) => {
    const response = await get({}, method);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('HEAD, GET');
  });
});
