import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONNECTION_LIMITS, limitConnections } from '../../src/http/connections';
import { answerMalformedRequests } from '../../src/http/malformedRequests';
import { eventually } from '../support/eventually';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function start(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
  limits: Partial<Record<keyof typeof CONNECTION_LIMITS, number>> = {},
): Promise<number> {
  const server = createServer({ connectionsCheckingInterval: 100 });
  servers.push(server);
  limitConnections(
    server,
    (request, response) => {
      answer(response, request);
    },
    {
      ...CONNECTION_LIMITS,
      ...limits,
    },
  );
  answerMalformedRequests(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Connects and sends a text. `received` grows, and `closed` becomes true. */
function open(port: number, sent: string) {
  const state = { received: '', closed: false };
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('data', (chunk) => (state.received += chunk.toString()));
  socket.on('error', () => undefined).on('close', () => (state.closed = true));
  socket.write(sent);
  return { state, socket };
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('limitConnections(server, answer)', () => {
  it('answers requests that a client sends one after the other on one connection', async () => {
    const port = await start((response) => response.end('ok'));
    const { state, socket } = open(port, GET);
    for (let sent = 1; sent <= 40; sent += 1) {
      await eventually(
        () => state.received.split('HTTP/1.1 200').length - 1,
        (answers) => answers === sent,
      );
      socket.write(GET);
    }
    expect(state.closed).toBe(false);
  });

  it('closes a connection with more pipelined requests than the limit, and starts no more of them', async () => {
    let started = 0;
    const port = await start(() => (started += 1), { requestsAtOnce: 16 });
    const { state } = open(port, GET.repeat(1_500));
    await eventually(
      () => state.closed,
      (closed) => closed,
    );
    expect(started).toBe(16);
    expect(state.received).toBe('');
  });

  it('closes connections from one address above the limit and keeps the others', async () => {
    const port = await start((response) => response.end('ok'), { perAddress: 3 });
    const opened = Array.from({ length: 5 }, () => open(port, '').state);
    await eventually(
      () => opened.filter(({ closed }) => closed).length,
      (closed) => closed === 2,
    );
    const [first] = sockets;
    first?.destroy();
    await eventually(
      async () => {
        const { state } = open(port, GET);
        await eventually(
          () => state.closed || state.received !== '',
          (done) => done,
        );
        return state.received;
      },
      (received) => received.includes('200'),
    );
  });

  it('closes a connection whose header does not arrive in time', async () => {
    const port = await start((response) => response.end('ok'), { headersMs: 200 });
    const { state } = open(port, 'GET / HTTP/1.1\r\nHost: a\r\n');
    await eventually(
      () => state.closed,
      (closed) => closed,
    );
    expect(state.received).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  const post = (length: number) =>
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
  const answerRead = (response: ServerResponse, request: IncomingMessage) => {
    request.resume().once('end', () => response.end('ok'));
  };

  it.each([
    ['a length', `${post(1_000_000)}a`, 'a'],
    ['chunks', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\na\r\n'],
  ])('answers 408 to a body of %s that arrives byte by byte, and closes', async (_, head, part) => {
    const port = await start(answerRead, { bodyMs: 300, bodyBytes: 1_000 });
    const { state, socket } = open(port, head);
    const sending = setInterval(() => socket.write(part), 20);
    await eventually(
      () => state.closed,
      (closed) => closed,
    );
    clearInterval(sending);
    expect(state.received).toMatch(/^HTTP\/1\.1 408 [^]*{"detail":"Request Timeout"}$/);
  });

  it('closes the connection of a body that stalls after the response has begun', async () => {
    const port = await start(
      (response, request) => {
        request.resume();
        response.writeHead(413).write('too large');
      },
      { bodyMs: 200 },
    );
    const { state } = open(port, `${post(1_000_000)}a`);
    await eventually(
      () => state.closed,
      (closed) => closed,
    );
    expect(state.received).toContain('413');
    expect(state.received).not.toContain('408');
  });

  it('reads a body that arrives slowly but steadily to its end', async () => {
    const port = await start(answerRead, { bodyMs: 1_000, bodyBytes: 100 });
    const parts = 100;
    const { state, socket } = open(port, post(parts * 20));
    // Three periods in all.
    for (let sent = 0; sent < parts; sent += 1) {
      socket.write('a'.repeat(20));
      await sleep(30);
    }
    await eventually(
      () => state.received,
      (received) => received.includes('200 OK'),
    );
  });

  it('does not close a connection whose body the application reads late, or whose answer takes long', async () => {
    const port = await start(
      (response, request) => {
        void sleep(700)
          .then(() => request.resume())
          .then(() => sleep(700))
          .then(() => response.end('ok'));
      },
      { bodyMs: 200 },
    );
    const { state } = open(port, post(500_000) + 'a'.repeat(500_000));
    await eventually(
      () => state.received,
      (received) => received.includes('200 OK'),
    );
  });
});
