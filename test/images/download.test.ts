import { createServer as createTcpServer } from 'node:net';
import type { Dispatcher } from 'undici';
import { createDownloader } from '../../src/images/download';
import { dispatcherAllowing } from '../support/targets';
import { eventually } from '../support/eventually';
import { closedPort, listen } from '../support/listen';
import {
  bytes,
  redirect,
  reset,
  stall,
  startOrigin,
  status,
  truncated,
  type Origin,
} from '../support/origin';
import { failure } from './failure';

const LIMIT = 1_000;
const BODY = Buffer.alloc(LIMIT, 'x');
const never = new AbortController().signal;

let origin: Origin;
let dispatcher: Dispatcher;
const stops: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  origin = await startOrigin();
  dispatcher = dispatcherAllowing('127.0.0.1/32');
});
afterEach(async () => {
  await dispatcher.destroy();
  await origin.stop();
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function download(
  link: string,
  { timeoutMs = 30_000, firstByteMs = 30_000, redirects = 4, signal = never } = {},
  write: (piece: Buffer) => Promise<void> = () => Promise.resolve(),
) {
  const settings = {
    MAX_IMAGE_BYTES: LIMIT,
    MAX_REDIRECTS: redirects,
    DOWNLOAD_TIMEOUT_MS: timeoutMs,
    FIRST_BYTE_TIMEOUT_MS: firstByteMs,
    DOWNLOAD_USER_AGENT: 'image-processor',
    DOWNLOAD_HEADERS_FILE: undefined,
  };
  const pieces: Buffer[] = [];
  await createDownloader(settings, dispatcher).download(link, signal, async (piece) => {
    await write(piece);
    pieces.push(piece);
  });
  return Buffer.concat(pieces);
}

/** Starts a server below HTTP: it sends the given text, or nothing. */
async function tcpServer(answer: string | null): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => (answer === null ? undefined : socket.end(answer)));
  });
  const { url, close } = await listen(server);
  stops.push(close);
  return `${url}/`;
}

/** Returns a link to a loopback port that nothing listens on. */
async function deadLink(): Promise<string> {
  return `http://127.0.0.1:${await closedPort()}/a.jpg`;
}

describe('download(link)', () => {
  it('returns the bytes at the link', async () => {
    const link = origin.on('/a.jpg', bytes('the bytes'));
    expect((await download(link)).toString()).toBe('the bytes');
  });

  it('throws what the caller throws when it writes, such as a full disk', async () => {
    const link = origin.on('/a.jpg', bytes('the bytes'));
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    await expect(download(link, {}, () => Promise.reject(full))).rejects.toBe(full);
  });

  it('joins the pieces of a body', async () => {
    const link = origin.on('/a.jpg', (response) => {
      response.write('the ', () => setImmediate(() => response.end('bytes')));
    });
    expect((await download(link)).toString()).toBe('the bytes');
  });

  it.each([301, 302, 303, 307, 308])('follows HTTP %d', async (code) => {
    origin.on('/b.jpg', bytes('the bytes'));
    const link = origin.on('/a.jpg', status(code, { location: '/b.jpg' }));
    expect((await download(link)).toString()).toBe('the bytes');
  });

  it('requests no content coding', async () => {
    const link = origin.on('/plain', (response, request) =>
      response.end(request.headers['accept-encoding']),
    );
    expect((await download(link)).toString()).toBe('identity');
  });

  it('follows a redirect in raw UTF-8', async () => {
    origin.on('/%C3%A9', bytes(BODY));
    const link = origin.on('/raw', redirect(Buffer.from('/\u00e9').toString('latin1')));
    expect(await download(link)).toEqual(BODY);
  });

  it.each([
    ['user:p%40ss', 'user:p@ss'],
    ['%zz', '%zz:'],
  ])('sends the credentials of the link, %s', async (given, sent) => {
    const link = origin.on('/private', (response, request) =>
      response.end(request.headers.authorization),
    );
    const answer = (await download(link.replace('//', `//${given}@`))).toString();
    expect(Buffer.from(answer.replace('Basic ', ''), 'base64').toString()).toBe(sent);
  });

  it('does not send them to another host after a redirect', async () => {
    const other = await startOrigin();
    stops.push(() => other.stop());
    const target = other.on('/there', (response, request) =>
      response.end(String(request.headers.authorization)),
    );
    const link = origin.on('/here', redirect(target));
    expect((await download(link.replace('//', '//user:secret@'))).toString()).toBe('undefined');
  });

  it('follows the last redirect that is allowed', async () => {
    origin.on('/2', bytes('the bytes'));
    origin.on('/1', redirect('/2'));
    const link = origin.on('/0', redirect(`${origin.url}/1`));
    expect((await download(link, { redirects: 2 })).toString()).toBe('the bytes');
  });

  it('accepts an image as large as the limit', async () => {
    expect(await download(origin.on('/a.jpg', bytes(BODY)))).toEqual(BODY);
  });

  it('sends Accept for images and the User-Agent of the service', async () => {
    const link = origin.on('/a.jpg', (response, { headers }) => {
      response.end(JSON.stringify(headers));
    });
    expect(JSON.parse((await download(link)).toString())).toMatchObject({
      'user-agent': 'image-processor',
      accept: expect.stringContaining('image/*') as string,
    });
  });
});

describe('download(link): permanent errors', () => {
  it.each([
    '//host..name/a.jpg',
    'ftp://host/a.jpg',
    'file:///etc/passwd',
    'data:,x',
    'http://',
    'http://a..example/1.jpg',
    `http://${'a'.repeat(64)}.example/1.jpg`,
  ])('invalid_url: %j', async (link) => {
    const error = await failure(download(link));
    expect(error).toMatchObject({ code: 'invalid_url', retryable: false });
    expect(error.message).toBe(`Expected an http or https link, received ${JSON.stringify(link)}`);
  });

  it.each([
    ['', ''],
    ['C:\\photos\\a.jpg', ''],
    ['a.jpg', '; give base_url for relative links'],
    ['/media/a.jpg', '; give base_url for relative links'],
  ])('invalid_links: %j', async (text, advice) => {
    const error = await failure(download(text));
    expect(error).toMatchObject({ code: 'invalid_links', retryable: false });
    expect(error.message).toBe(
      `Expected a link that begins with http:// or https://, received ${JSON.stringify(text)}${advice}`,
    );
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'http://', 'javascript:1'])(
    'invalid_url: a redirect to %s',
    async (location) => {
      const error = await failure(download(origin.on('/a.jpg', redirect(location))));
      expect(error).toMatchObject({ code: 'invalid_url', retryable: false });
    },
  );

  it.each([
    ['a private address', 'http://10.0.0.1/a.jpg'],
    ['the address of cloud credentials', 'http://169.254.169.254/latest/meta-data/'],
    ['an odd spelling of a private address', 'http://0xa000001/a.jpg'],
    ['a private IPv6 address', 'http://[::1]/a.jpg'],
  ])('blocked_address: %s', async (_, link) => {
    const error = await failure(download(link));
    expect(error).toMatchObject({ code: 'blocked_address', retryable: false });
    expect(error.message).toContain('ALLOWED_NETWORKS');
  });

  it('blocked_address: a name that resolves to a private address', async () => {
    await dispatcher.destroy();
    dispatcher = dispatcherAllowing();
    const link = origin.on('/a.jpg', bytes(BODY)).replace('127.0.0.1', 'localhost');
    const error = await failure(download(link));
    expect(error).toMatchObject({ code: 'blocked_address', retryable: false });
    expect(origin.hits('/a.jpg')).toBe(0);
  });

  it.each(['http://127.0.0.2:PORT/', 'http://[::ffff:127.0.0.2]:PORT/', '//2130706434:PORT/'])(
    'blocked_address: a redirect to the private address %s',
    async (target) => {
      const location = target.replace('PORT', new URL(origin.url).port);
      const error = await failure(download(origin.on('/a.jpg', redirect(location))));
      expect(error).toMatchObject({ code: 'blocked_address', retryable: false });
      expect(origin.hits('/')).toBe(0);
    },
  );

  it.each([404, 410])('not_found: HTTP %d', async (code) => {
    const error = await failure(download(origin.on('/a.jpg', status(code))));
    expect(error).toMatchObject({
      code: 'not_found',
      retryable: false,
      message: `Expected the image, received HTTP ${code}`,
    });
  });

  it.each([400, 401, 403, 405, 406, 415, 418, 451])('http_%d', async (code) => {
    const error = await failure(download(origin.on('/a.jpg', status(code))));
    expect(error).toMatchObject({ code: `http_${code}`, retryable: false });
  });

  it.each([204, 206, 304])('http_%d: a response without the complete image', async (code) => {
    const error = await failure(download(origin.on('/a.jpg', status(code))));
    expect(error).toMatchObject({ code: `http_${code}`, retryable: false });
  });

  it('http_302: a redirect without a location', async () => {
    const error = await failure(download(origin.on('/a.jpg', status(302))));
    expect(error).toMatchObject({ code: 'http_302', retryable: false });
  });

  it('too_large: by Content-Length, before the body is read', async () => {
    const link = origin.on('/a.jpg', (response) => {
      response.writeHead(200, { 'content-length': String(LIMIT + 1) }).flushHeaders();
    });
    const error = await failure(download(link));
    expect(error).toMatchObject({ code: 'too_large', retryable: false });
    expect(error.message).toBe('Expected at most 1000 bytes, received a Content-Length of 1001');
  });

  it('too_large: by the bytes received, for an endless body without Content-Length', async () => {
    const link = origin.on('/a.jpg', (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(BODY));
        response.once('drain', more);
      };
      more();
    });
    const error = await failure(download(link));
    expect(error).toMatchObject({ code: 'too_large', retryable: false });
    await eventually(origin.open, (open) => open === 0);
  });

  it('too_many_redirects: one more than the limit', async () => {
    origin.on('/1', redirect('/2'));
    origin.on('/2', bytes(BODY));
    const link = origin.on('/0', redirect('/1'));
    const error = await failure(download(link, { redirects: 1 }));
    expect(error).toMatchObject({ code: 'too_many_redirects', retryable: false });
    expect(origin.hits('/2')).toBe(0);
  });

  it('too_many_redirects: a loop', async () => {
    const link = origin.on('/a.jpg', redirect('/a.jpg'));
    const error = await failure(download(link));
    expect(error).toMatchObject({ code: 'too_many_redirects', retryable: false });
    expect(origin.hits('/a.jpg')).toBe(5);
  });
});

describe('download(link): retryable errors', () => {
  it('dns_failure: a name that does not resolve', async () => {
    const error = await failure(download('http://no-such-host.invalid/a.jpg'));
    expect(error).toMatchObject({ code: 'dns_failure', retryable: true });
    expect(error.retryAfterMs).toBeUndefined();
  });

  it('connect_failure: nothing listens', async () => {
    const error = await failure(download(await deadLink()));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
  });

  it('connect_failure: the connection is reset', async () => {
    const error = await failure(download(origin.on('/a.jpg', reset)));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
  });

  it('connect_failure: fewer bytes than Content-Length', async () => {
    const error = await failure(download(origin.on('/a.jpg', truncated(BODY))));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
  });

  it('connect_failure: the response is not HTTP', async () => {
    const error = await failure(download(await tcpServer('SSH-2.0-OpenSSH_9.6\r\n')));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
  });

  it('connect_failure: an invalid HTTP status, reported in one line', async () => {
    const error = await failure(download(await tcpServer('HTTP/1.1 099 Odd\r\n\r\n')));
    expect(error).toMatchObject({
      code: 'connect_failure',
      retryable: true,
      message:
        'Expected a complete response, received a broken connection: a response that is not valid HTTP',
    });
  });

  it('timeout: no response', async () => {
    const error = await failure(download(await tcpServer(null), { timeoutMs: 100 }));
    expect(error).toMatchObject({ code: 'timeout', retryable: true });
    expect(error.message).toBe('Download exceeded 100 ms');
  });

  it('timeout: no body', async () => {
    const error = await failure(download(origin.on('/a.jpg', stall), { timeoutMs: 300 }));
    expect(error).toMatchObject({ code: 'timeout', retryable: true });
    await eventually(origin.open, (open) => open === 0);
  });

  it('timeout: applies to all redirects together', async () => {
    origin.on('/b.jpg', stall);
    const link = origin.on('/a.jpg', redirect('/b.jpg'));
    const error = await failure(download(link, { timeoutMs: 300 }));
    expect(error).toMatchObject({ code: 'timeout', retryable: true });
  });

  it('timeout: no response header within the limit of the first byte', async () => {
    const error = await failure(download(await tcpServer(null), { firstByteMs: 100 }));
    expect(error).toMatchObject({ code: 'timeout', retryable: true });
    expect(error.message).toBe('Expected a response within 100 ms, received none');
  });

  it('timeout: no response header after a redirect, and closes the connection', async () => {
    origin.on('/b.jpg', () => undefined);
    const link = origin.on('/a.jpg', redirect('/b.jpg'));
    const error = await failure(download(link, { firstByteMs: 300 }));
    expect(error.message).toBe('Expected a response within 300 ms, received none');
    expect(origin.hits('/b.jpg')).toBe(1);
    await eventually(origin.open, (open) => open === 0);
  });

  it('does not apply the limit of the first byte to the body', async () => {
    const link = origin.on('/a.jpg', (response) => {
      response.writeHead(200).flushHeaders();
      setTimeout(() => response.end(BODY), 2_500);
    });
    await expect(download(link, { firstByteMs: 2_000 })).resolves.toEqual(BODY);
  });

  it.each([500, 502, 503, 504, 520])('http_5xx: HTTP %d', async (code) => {
    const error = await failure(download(origin.on('/a.jpg', status(code))));
    expect(error).toMatchObject({ code: 'http_5xx', retryable: true });
    expect(error.message).toBe(`Expected the image, received HTTP ${code}`);
    expect(error.retryAfterMs).toBeUndefined();
  });

  it.each([408, 425, 429])('http_%d', async (code) => {
    const error = await failure(download(origin.on('/a.jpg', status(code))));
    expect(error).toMatchObject({ code: `http_${code}`, retryable: true });
    expect(error.retryAfterMs).toBeUndefined();
  });

  it.each([408, 425, 429, 503])('HTTP %d with the pause of Retry-After', async (code) => {
    const link = origin.on('/a.jpg', status(code, { 'retry-after': '7' }));
    expect(await failure(download(link))).toMatchObject({ retryable: true, retryAfterMs: 7_000 });
  });
});

describe('download(link, signal)', () => {
  it('stops a running download when aborted, and throws the reason', async () => {
    const controller = new AbortController();
    const link = origin.on('/a.jpg', stall);
    const running = download(link, { signal: controller.signal }).catch(
      (reason: unknown) => reason,
    );
    await eventually(origin.open, (open) => open === 1);
    const reason = new Error('cancelled');
    controller.abort(reason);
    expect(await running).toBe(reason);
    await eventually(origin.open, (open) => open === 0);
  });

  it('sends no request when aborted before', async () => {
    const link = origin.on('/a.jpg', bytes(BODY));
    const reason = new Error('cancelled');
    await expect(download(link, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(origin.hits('/a.jpg')).toBe(0);
  });

  it('follows no redirect after it was aborted', async () => {
    const controller = new AbortController();
    origin.on('/b.jpg', bytes(BODY));
    const link = origin.on('/a.jpg', (response) => {
      controller.abort(new Error('cancelled'));
      response.writeHead(302, { location: '/b.jpg' }).end();
    });
    await expect(download(link, { signal: controller.signal })).rejects.toThrow('cancelled');
    expect(origin.hits('/b.jpg')).toBe(0);
  });
});
