import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { call } from '../support/api';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { storeImage } from '../support/storedImage';

describe('GET /image/files/{request_id}/{name}', () => {
  let service: Service;
  const id = randomUUID();
  let name: string;
  let content: Buffer;

  beforeAll(async () => {
    service = await startService({ worker: false });
    content = await photo();
    name = await storeImage(service.files, id, '0-1', 'jpeg', content);
  });
  afterAll(() => service.stop());

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
