import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Problem } from '../../contract/http/problem';
import { OPERATIONS } from '../support/answers';
import { call } from '../support/api';
import { sheetOf, upload } from '../support/calls';
import { startService, type Service } from '../support/service';

const LIMIT = 3;
const env = { RATE_LIMIT_WRITES_PER_MINUTE: String(LIMIT) };
const ID = randomUUID();
const CANCEL = `/image/requests/${ID}/cancel`;

/** Of the same name: `shop-1` and `shop-2`. Each test has keys of its own. */
const KEYS = [
  'head:write:head',
  'full:operate:full',
  'shop:write:shop-1',
  'shop:write:shop-2',
  'desk:write:desk',
  'plain-1',
  'plain-2',
  'reader:write:reader',
  'viewer:read:viewer',
  'big:write:big',
  'small:write:small',
  'none:write:none',
];

const FIELDS = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After'];

describe('RATE_LIMIT_WRITES_PER_MINUTE', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ worker: false, env: { ...env, API_KEYS: KEYS.join(',') } });
  });
  afterAll(() => service.stop());

  async function answerTo(key: string, path = CANCEL, method = 'POST') {
    const response = await call(service.url + path, { method, headers: { 'x-api-key': key } });
    const [limit, left, reset, retryAfter] = FIELDS.map((name) => response.headers.get(name));
    const body = await response.text();
    return { status: response.status, limit, left, reset, retryAfter, body };
  }
  async function exhaust(key: string): Promise<void> {
    for (let writes = 0; writes < LIMIT; writes += 1) {
      expect((await answerTo(key)).status).toBe(404);
    }
  }

  it('is told with every write, and exceeded by the next one after the last', async () => {
    for (const left of ['2', '1', '0']) {
      const answer = await answerTo('head');
      expect(answer).toMatchObject({ status: 404, limit: '3', left, retryAfter: null });
      expect(Number(answer.reset)).toBeGreaterThan(0);
      expect(Number(answer.reset)).toBeLessThanOrEqual(60);
    }
    const { body, reset, ...refused } = await answerTo('head');
    expect(refused).toEqual({ status: 429, limit: '3', left: '0', retryAfter: reset });
    expect(JSON.parse(body) as Problem).toEqual({
      detail:
        `Expected at most 3 writes a minute from one caller, received more; try again in ${reset} s, ` +
        'or raise RATE_LIMIT_WRITES_PER_MINUTE',
    });
  });

  it('applies to all calls that change something, together, and is documented for each of them', async () => {
    await exhaust('full');
    const limited = OPERATIONS.filter(({ responses }) => '429' in responses);
    expect(limited).toHaveLength(OPERATIONS.filter(({ method }) => method !== 'get').length);
    for (const { method, path } of limited) {
      const url = path.replace('{request_id}', ID);
      expect(await answerTo('full', url, method.toUpperCase())).toMatchObject({ status: 429 });
    }
  });

  it('is shared by the keys of one name, and by no others', async () => {
    await answerTo('shop-1');
    await answerTo('shop-2');
    expect(await answerTo('shop-1')).toMatchObject({ status: 404, left: '0' });
    expect(await answerTo('shop-2')).toMatchObject({ status: 429 });
    expect(await answerTo('desk')).toMatchObject({ status: 404, left: '2' });
    await exhaust('plain-1');
    expect(await answerTo('plain-1')).toMatchObject({ status: 429 });
    expect(await answerTo('plain-2')).toMatchObject({ status: 404, left: '2' });
  });

  it('does not count reads, and does not refuse them', async () => {
    const read = () => answerTo('reader', `/image/status/${ID}`, 'GET');
    expect(await read()).toMatchObject({ status: 404, limit: null });
    await exhaust('reader');
    expect(await answerTo('reader')).toMatchObject({ status: 429 });
    expect(await read()).toMatchObject({ status: 404, limit: null });
  });

  it('does not count writes that the key does not allow', async () => {
    for (let writes = 0; writes <= LIMIT; writes += 1) {
      expect(await answerTo('viewer')).toMatchObject({ status: 403, limit: null });
    }
  });

  describe('with an upload', () => {
    /** Sends the beginning of an upload: its head, without the rest of the body. */
    function begin(key: string, bytes: number): { socket: Socket; received: () => string } {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString())).on('error', () => undefined);
      socket.write(
        `POST /image/upload/ HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\n` +
          `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: ${bytes}\r\n\r\n`,
      );
      return { socket, received: () => received };
    }

    it('answers before the body arrives, and does not read all of it', async () => {
      await exhaust('big');
      const spooled = await readdir(service.spoolDir);
      const bytes = 100 * 2 ** 20;
      const { socket, received } = begin('big', bytes);
      await once(socket, 'data');
      expect(received()).toMatch(/^HTTP\/1\.1 429 /);
      expect(await readdir(service.spoolDir)).toEqual(spooled);

      const closed = new Promise((resolve) => socket.once('close', resolve));
      const chunk = Buffer.alloc(64 * 1024);
      let sent = 0;
      while (!socket.destroyed && sent < bytes) {
        sent += chunk.length;
        if (socket.write(chunk)) continue;
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
      }
      await closed;
      // The rest of what was sent is in the buffers of the system.
      expect(sent).toBeLessThan(bytes / 2);
    });

    it('lets a client that sends all of a small file first read the answer', async () => {
      await exhaust('small');
      const body = Buffer.alloc(500_000);
      const { socket, received } = begin('small', body.length);
      await new Promise((resolve) => socket.write(body, resolve));
      socket.end();
      await new Promise((resolve) => socket.once('close', resolve));
      expect(received()).toMatch(/^HTTP\/1\.1 429 .*\r\nretry-after: \d+\r\n/is);
    });

    it('records nothing', async () => {
      await exhaust('none');
      const before = await service.count();
      const headers = { 'x-api-key': 'none' };
      const response = await upload(service.url, sheetOf(['http://a.example/1.jpg']), { headers });
      expect(response.status).toBe(429);
      expect(await service.count()).toEqual(before);
    });
  });
});

describe('RATE_LIMIT_WRITES_PER_MINUTE without keys', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ worker: false, env });
  });
  afterAll(() => service.stop());

  /** Calls from one of the addresses of the loopback network. */
  async function statusFrom(localAddress: string): Promise<number | undefined> {
    const sent = request(service.url + CANCEL, { method: 'POST', localAddress, agent: false });
    const [response] = (await once(sent.end(), 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  }

  it('counts the writes of each address', async () => {
    for (let writes = 0; writes < LIMIT; writes += 1) {
      expect(await statusFrom('127.0.0.2')).toBe(404);
    }
    expect(await statusFrom('127.0.0.2')).toBe(429);
    expect(await statusFrom('127.0.0.3')).toBe(404);
  });
});
