import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Problem } from '../../contract/http/problem';
import { sheet } from '../support/calls';
import { startService, type Service } from '../support/service';

let service: Service;
beforeAll(async () => {
  service = await startService({
    worker: false,
    env: { ALLOWED_HOSTS: 'images.internal, shop.example', API_KEYS: 'key' },
  });
});
afterAll(() => service.stop());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends a request as `fetch` cannot: with any Host header and with those that only browsers set. */
function send(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${service.url}${path}`, {
      method,
      headers: { 'x-api-key': 'key', ...headers },
    });
    sent.once('error', reject).once('response', (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, reject);
    });
    sent.end();
  });
}

describe('a request for a host name', () => {
  it.each([
    'images.internal',
    'images.internal:8443',
    'IMAGES.internal.',
    'shop.example',
    'localhost:8000',
    'app.localhost',
    '127.0.0.1',
    '192.168.1.20:8000',
    '[::1]:8000',
  ])('%s is answered', async (host) => {
    expect((await send('/image/requests', { host })).status).toBe(200);
  });

  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'images.internal.x',
  ])('%s is refused with 421, which names ALLOWED_HOSTS', async (host) => {
    const { status, body } = await send('/image/requests', { host });
    expect(status).toBe(421);
    expect((JSON.parse(body) as Problem).detail).toContain('ALLOWED_HOSTS');
  });

  it('is answered for any name on the health paths, which orchestrators probe', async () => {
    expect((await send('/health/live', { host: 'pod-7.cluster' })).status).toBe(200);
  });

  it('is refused for the docs too', async () => {
    expect((await send('/docs', { host: 'evil.example' })).status).toBe(421);
  });
});

describe('a write', () => {
  // Accepted, it is answered 404: there is no such request.
  const path = '/image/requests/00000000-0000-4000-8000-000000000000/cancel';
  const post = (headers: Readonly<Record<string, string>>) =>
    send(path, headers, 'POST').then(({ status }) => status);

  it.each<[string, Record<string, string>]>([
    ['of a cross-site page', { 'sec-fetch-site': 'cross-site' }],
    ['of a page of a sibling domain', { 'sec-fetch-site': 'same-site' }],
    ['with a foreign Origin', { origin: 'https://evil.example' }],
    ['with an opaque Origin', { origin: 'null' }],
  ])('%s is refused with 403, although the key is right', async (_, headers) => {
    expect(await post(headers)).toBe(403);
  });

  it.each<[string, Record<string, string>]>([
    ['of a program', {}],
    ['of a page of the service', { 'sec-fetch-site': 'same-origin' }],
    ['that a person made the browser send', { 'sec-fetch-site': 'none' }],
  ])('%s is accepted', async (_, headers) => {
    expect(await post(headers)).toBe(404);
  });

  it('with the Origin of the service is accepted', async () => {
    expect(await post({ origin: service.url })).toBe(404);
  });

  it('by DELETE of a cross-site page is refused', async () => {
    const request = path.replace('/cancel', '');
    const { status } = await send(request, { 'sec-fetch-site': 'cross-site' }, 'DELETE');
    expect(status).toBe(403);
  });
});

describe('a read of a cross-site page', () => {
  it('is answered, without a header that lets the page see it', async () => {
    const { status, headers } = await send('/image/requests', {
      'sec-fetch-site': 'cross-site',
      origin: 'https://evil.example',
    });
    expect(status).toBe(200);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('every response', () => {
  it.each(['/image/requests', '/health/live', '/docs', '/openapi.json', '/nothing'])(
    'of %s forbids frames, referrers, type guessing and storing',
    async (path) => {
      expect((await send(path)).headers).toMatchObject({
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
    },
  );
});

describe('an upload without a key', () => {
  it('gets 401 on a connection that is closed before the body is read', async () => {
    const size = 4 * 2 ** 30;
    const { status, headers } = await new Promise<Answer>((resolve, reject) => {
      const sent = request(`${service.url}/image/upload/`, {
        method: 'POST',
        headers: { 'content-length': size, 'content-type': 'multipart/form-data; boundary=b' },
      });
      sent.once('error', reject).once('response', (response) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
        response.resume();
        sent.once('error', () => undefined);
      });
      sent.write(sheet('1,a,http://a.example/a.jpg'));
    });
    expect(status).toBe(401);
    expect(headers['connection']).toBe('close');
  });
});
