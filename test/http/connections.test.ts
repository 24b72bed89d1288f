import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { CONNECTION_LIMITS, limitConnections } from '../../src/http/connections';
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
  answer: (response: ServerResponse) => void,
  limits: Partial<Record<keyof typeof CONNECTION_LIMITS, number>> = {},
): Promise<number> {
  const server = createServer({ connectionsCheckingInterval: 100 });
  servers.push(server);
  limitConnections(
    server,
    (_request, response) => {
      answer(response);
    },
    {
      ...CONNECTION_LIMITS,
      ...limits,
    },
  );
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
});
