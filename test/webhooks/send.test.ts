import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { DeliveryError } from '../../src/errors';
import { dispatcherAllowing } from '../support/targets';
import { createWebhookSender } from '../../src/webhooks/send';
import { closedPort, listen } from '../support/listen';
import { startReceiver, type Receiver } from './receiver';

const SECRET = `whsec_${Buffer.alloc(32, 's').toString('base64')}`;
const body = JSON.stringify({
  request_id: 'b7c0',
  status: 'completed_with_errors',
  details: '37 of 40 images compressed, 3 failed',
});
const never = new AbortController().signal;

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function receiver(answer: (response: ServerResponse) => void): Promise<Receiver> {
  const started = await startReceiver(answer);
  stops.push(() => started.stop());
  return started;
}

const answering = (status: number, headers: Record<string, string> = {}) =>
  receiver((response) => response.writeHead(status, headers).end());

function sender({ timeoutMs = 10_000, networks = ['127.0.0.0/8', '::1/128'] } = {}) {
  const dispatcher = dispatcherAllowing(...networks);
  stops.push(() => dispatcher.destroy());
  return createWebhookSender(
    { WEBHOOK_SECRET: [SECRET], WEBHOOK_TIMEOUT_MS: timeoutMs },
    dispatcher,
  );
}

const send = (url: string, options?: Parameters<typeof sender>[0]) =>
  sender(options).send({ id: 'b7c0.1', url, body }, never);

async function failure(url: string, options?: Parameters<typeof sender>[0]) {
  const error = await send(url, options).then(
    () => {
      throw new Error('Expected a DeliveryError, but the delivery succeeded');
    },
    (reason: unknown) => reason,
  );
  if (error instanceof DeliveryError) return error;
  throw error;
}

/** Starts a server below HTTP: it sends the given text, or closes the connection. */
async function tcpServer(answer: string | null): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => (answer === null ? socket.destroy() : socket.end(answer)));
  });
  const { url, close } = await listen(server);
  stops.push(close);
  return `${url}/`;
}

describe('send: the request to the receiver', () => {
  it('is a POST of exactly the given JSON', async () => {
    const { url, deliveries } = await answering(200);
    await send(url);
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'image-processor' },
      body,
    });
  });

  it('carries the credentials of the URL', async () => {
    const { url, deliveries } = await answering(200);
    await send(url.replace('//', '//user:secret@'));
    const authorization = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    expect(deliveries[0]).toMatchObject({ headers: { authorization } });
  });

  it('is signed so that the standardwebhooks package verifies it', async () => {
    const { url, deliveries } = await answering(204);
    await send(url);
    const headers = deliveries[0]?.headers as Record<string, string>;
    expect(headers['webhook-id']).toBe('b7c0.1');
    expect(new Webhook(SECRET).verify(deliveries[0]?.body ?? '', headers)).toEqual(
      JSON.parse(body),
    );
  });

  it('is unsigned when no secret is configured', async () => {
    const { url, deliveries } = await answering(200);
    const dispatcher = dispatcherAllowing('127.0.0.0/8');
    stops.push(() => dispatcher.destroy());
    const settings = { WEBHOOK_SECRET: [], WEBHOOK_TIMEOUT_MS: 10_000 };
    await createWebhookSender(settings, dispatcher).send({ id: 'b7c0.1', url, body }, never);
    expect(deliveries[0]?.headers).toMatchObject({ 'webhook-id': 'b7c0.1' });
    expect(deliveries[0]?.headers).not.toHaveProperty('webhook-signature');
  });
});

describe('send: successful deliveries', () => {
  it.each([200, 201, 202, 204])('HTTP %d', async (status) => {
    const { url } = await answering(status);
    await expect(send(url)).resolves.toEqual({ statusCode: status });
  });

  it('a response whose body never ends; it is read up to a limit', async () => {
    const { url } = await receiver((response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(16_384)));
        response.once('drain', more);
      };
      response.writeHead(200);
      more();
    });
    await expect(send(url)).resolves.toEqual({ statusCode: 200 });
  });

  it('a response whose body stalls until the deadline', async () => {
    const { url } = await receiver((response) => response.writeHead(200).write('.'));
    await expect(send(url, { timeoutMs: 200 })).resolves.toEqual({ statusCode: 200 });
  });
});

describe('send: retryable failures', () => {
  it.each([400, 401, 404, 408, 409, 422, 429, 500, 502, 503, 504])('HTTP %d', async (status) => {
    const { url } = await answering(status);
    await expect(failure(url)).resolves.toMatchObject({
      message: `Expected HTTP 2xx, received ${status}`,
      statusCode: status,
      retryable: true,
      retryAfterMs: undefined,
    });
  });

  it.each([301, 302, 303, 307, 308])(
    'a redirect by HTTP %d, which is not followed',
    async (status) => {
      const target = await answering(200);
      const { url } = await answering(status, { location: target.url });
      await expect(failure(url)).resolves.toMatchObject({ statusCode: status, retryable: true });
      expect(target.deliveries).toHaveLength(0);
    },
  );

  it.each([429, 502, 503, 504])(
    'HTTP %d, after the pause that the receiver asked for',
    async (status) => {
      const { url } = await answering(status, { 'retry-after': '7' });
      await expect(failure(url)).resolves.toMatchObject({ retryAfterMs: 7000 });
    },
  );

  it('HTTP 500, without the pause that the receiver asked for', async () => {
    const { url } = await answering(500, { 'retry-after': '7' });
    await expect(failure(url)).resolves.toMatchObject({ retryAfterMs: undefined });
  });

  it('a receiver that does not respond in time', async () => {
    const { url } = await receiver(() => undefined);
    await expect(failure(url, { timeoutMs: 100 })).resolves.toMatchObject({
      message:
        'Expected a response within 100 ms, received none; respond before processing the webhook',
      statusCode: null,
      retryable: true,
    });
  });

  it('a port on which nothing listens', async () => {
    const error = await failure(`http://127.0.0.1:${await closedPort()}/`);
    expect(error).toMatchObject({ statusCode: null, retryable: true });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('a name with several addresses that all refuse the connection', async () => {
    const error = await failure(`http://localhost:${await closedPort()}/`);
    expect(error).toMatchObject({ statusCode: null, retryable: true });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('a name that does not resolve', async () => {
    const error = await failure('http://receiver.invalid/');
    expect(error).toMatchObject({ statusCode: null, retryable: true });
  });

  it('a connection that is closed before a response', async () => {
    const error = await failure(await tcpServer(null));
    expect(error).toMatchObject({ statusCode: null, retryable: true });
  });

  it('a response that is not HTTP', async () => {
    const error = await failure(await tcpServer('220 mail.example ESMTP\r\n'));
    expect(error).toMatchObject({ statusCode: null, retryable: true });
  });
});

describe('send: permanent failures', () => {
  it('HTTP 410, with which a receiver unsubscribes', async () => {
    const { url } = await answering(410);
    await expect(failure(url)).resolves.toMatchObject({ statusCode: 410, retryable: false });
  });

  it('a private address outside ALLOWED_NETWORKS', async () => {
    const { url, deliveries } = await answering(200);
    const error = await failure(url, { networks: [] });
    expect(error).toMatchObject({ statusCode: null, retryable: false });
    expect(error.message).toContain('ALLOWED_NETWORKS');
    expect(deliveries).toHaveLength(0);
  });

  it('a name that resolves to a private address', async () => {
    const { port, deliveries } = await answering(200);
    const error = await failure(`http://localhost:${port}/`, { networks: [] });
    expect(error).toMatchObject({ statusCode: null, retryable: false });
    expect(deliveries).toHaveLength(0);
  });

  it('an invalid host; the message shows no credentials', async () => {
    const error = await failure('https://user:secret@a..b/');
    expect(error).toMatchObject({ statusCode: null, retryable: false });
    expect(error.message).toContain('https://a..b/');
    expect(error.message).not.toContain('secret');
  });

  it.each(['ftp://127.0.0.1/', 'not a link'])('the URL %s', async (url) => {
    await expect(failure(url)).resolves.toMatchObject({ statusCode: null, retryable: false });
  });
});

describe('send: abort', () => {
  it("throws the signal's reason and closes the connection", async () => {
    const controller = new AbortController();
    const reason = new Error('the worker shuts down');
    let dropped: Promise<unknown> | undefined;
    const { url } = await receiver((response) => {
      dropped = once(response, 'close');
      controller.abort(reason);
    });
    const sending = sender().send({ id: 'b7c0.1', url, body }, controller.signal);
    await expect(sending).rejects.toBe(reason);
    await dropped;
  });

  it('sends nothing when it was aborted before', async () => {
    const { url, deliveries } = await answering(200);
    const reason = new Error('cancelled');
    const sending = sender().send({ id: 'b7c0.1', url, body }, AbortSignal.abort(reason));
    await expect(sending).rejects.toBe(reason);
    expect(deliveries).toHaveLength(0);
  });
});
