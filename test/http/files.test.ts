import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { call } from '../support/api';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

describe('GET /image/files/{request_id}/{name}', () => {
  let service: Service;
  const id = randomUUID();
  let name: string;
  let content: Buffer;

  beforeAll(async () => {
    service = await startService({ worker: false });
    content = await photo();
    name = await service.files.writeImage(id, '0-1', 'jpeg', content);
  });
  afterAll(() => service.stop());

  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    call(`${service.url}/image/files/${id}/${name}`, { method, headers });

  /** Asks for a path as it is written: `fetch` would tidy it up first. */
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

  it('answers with the bytes, their length and their type', async () => {
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
    const file = await service.files.writeImage(id, '0-2', format, Buffer.from(format));
    const response = await call(`${service.url}/image/files/${id}/${file}`);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toBe(format);
  });

  it('has no file of a name that is longer than any', async () => {
    const { status } = await getRaw(`${id}/${'9'.repeat(5000)}-0-${'0'.repeat(32)}.jpg`);
    expect(status).toBe(404);
  });

  it('lets it be kept for ever, and taken for nothing but an image', async () => {
    const { headers } = await get();
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });

  it('answers HEAD as GET, without the bytes', async () => {
    const [whole, head] = [await get(), await get({}, 'HEAD')];
    expect(head.status).toBe(200);
    expect((await head.arrayBuffer()).byteLength).toBe(0);
    for (const header of ['content-type', 'content-length', 'etag', 'cache-control']) {
      expect(head.headers.get(header)).toBe(whole.headers.get(header));
      expect(head.headers.get(header)).not.toBeNull();
    }
    await whole.body?.cancel();
  });

  it('has a strong ETag, by which a client that has it is told so', async () => {
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

  it('sends the bytes to a client that has other ones', async () => {
    const response = await get({ 'if-none-match': '"other"' });
    expect(response.status).toBe(200);
    expect((await response.arrayBuffer()).byteLength).toBe(content.length);
  });

  it('has another ETag for other bytes', async () => {
    const other = await service.files.writeImage(id, '0-1', 'jpeg', Buffer.from('other'));
    const response = await call(`${service.url}/image/files/${id}/${other}`);
    expect(response.headers.get('etag')).not.toBe((await get()).headers.get('etag'));
  });

  it('serves many at once', async () => {
    const sizes = await Promise.all(
      Array.from({ length: 50 }, async () => (await (await get()).arrayBuffer()).byteLength),
    );
    expect(new Set(sizes)).toEqual(new Set([content.length]));
  });

  describe('answers 404 to', () => {
    const hash = 'a'.repeat(32);
    const notFound = { status: 404, body: JSON.stringify({ detail: 'File not found' }) };

    it.each([
      ['a name that never was', `${id}/0-1-${hash}.jpg`],
      ['the name of another type', `${id}/0-1-${hash}.svg`],
      ['a name that is no image', `${id}/result-1.csv`],
      ['a hash in capitals', `${id}/0-1-${hash.toUpperCase()}.jpg`],
      ['a draft', `${id}/0-1-${hash}.jpg.${randomUUID()}.tmp`],
      ['a name that goes up', `${id}/..%2f..%2fsecret.jpg`],
      ['a name that goes up, with backslashes', `${id}/..%5c..%5csecret.jpg`],
      ['a name that goes up behind a good one', `${id}/0-1-${hash}.jpg%2f..%2f..%2fsecret.jpg`],
      ['a name that is two dots', `${id}/%2e%2e`],
      ['a zero byte', `${id}/0-1-${hash}.jpg%00.jpg`],
      ['a line break', `${id}/0-1-${hash}.jpg%0a`],
      ['broken escapes', `${id}/%E0%A4%A`],
      ['a request id that goes up', `..%2f..%2f/0-1-${hash}.jpg`],
      ['a request id that is two dots', `%2e%2e/0-1-${hash}.jpg`],
      ['a very long name', `${id}/0-1-${hash}.jpg${'a'.repeat(5000)}`],
    ])('%s', async (_, file) => {
      await writeFile(path.join(service.dataDir, 'secret.jpg'), 'secret');
      expect(await getRaw(file)).toEqual(notFound);
    });

    it('a good name under another request', async () => {
      expect(await getRaw(`${randomUUID()}/${name}`)).toEqual(notFound);
    });

    it('paths with steps upwards', async () => {
      const { status, body } = await getRaw(`${id}/../../../secret.jpg`);
      expect(status).toBe(404);
      expect(body).not.toContain('secret');
    });
  });

  it.each(['POST', 'PUT', 'DELETE'])('answers %s with 405, allowing GET', async (method) => {
    const response = await get({}, method);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('HEAD, GET');
  });
});
