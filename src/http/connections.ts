import type { Server, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createKeyedLimit } from '../keyedLimit';

/** Limits that keep one client from using up the process. All are far above what clients need. */
export const CONNECTION_LIMITS = {
  /** Requests that a client sends before the first is answered. Browsers and HTTP libraries do not pipeline at all. */
  requestsAtOnce: 16,
  /** Connections from one address. A proxy in front has one address for all clients. */
  perAddress: 1_000,
  /** Until the header of a request is complete. */
  headersMs: 15_000,
  /** An idle connection between two requests. Longer than the 60 s of common proxies, which reuse connections. */
  keepAliveMs: 65_000,
  /** In each such period, a body must grow by `bodyBytes` until it is complete: about 1 KiB a second. */
  bodyMs: 60_000,
  bodyBytes: 64 * 1024,
} as const;

export type ConnectionLimits = { readonly [Name in keyof typeof CONNECTION_LIMITS]: number };

/**
 * Applies the limits to a server and passes its requests on to `answer`. A connection that exceeds a limit is closed,
 * without an answer unless a header or a body is too slow (408).
 */
export function limitConnections(
  server: Server,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  limits: ConnectionLimits = CONNECTION_LIMITS,
): void {
  server.headersTimeout = limits.headersMs;
  server.keepAliveTimeout = limits.keepAliveMs;
  limitPerAddress(server, limits.perAddress);
  const pending = new WeakMap<Socket, number>();

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // The parser still emits the requests of the chunk in which the limit was exceeded.
    if (socket.destroyed) return;
    const count = (pending.get(socket) ?? 0) + 1;
    pending.set(socket, count);
    if (count > limits.requestsAtOnce) {
      socket.destroy();
      return;
    }
    response.once('close', () => {
      pending.set(socket, (pending.get(socket) ?? 1) - 1);
    });
    requireProgress(server, request, response, limits);
    answer(request, response);
  });
}

/**
 * Closes the connection of a body that arrives too slowly. A limit of its whole time alone would have to be an hour, for
 * slow but honest clients, and a byte a minute would hold a connection as long.
 */
function requireProgress(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
  { bodyMs, bodyBytes }: ConnectionLimits,
): void {
  const { headers, socket } = request;
  if (headers['transfer-encoding'] === undefined && !Number(headers['content-length'])) return;
  let before = socket.bytesRead;
  const timer = setInterval(() => {
    if (request.complete) {
      clearInterval(timer);
      return;
    }
    // While a part of the body waits to be read, it is we who are slow.
    const isSlow = socket.bytesRead - before < bodyBytes && request.readableLength === 0;
    before = socket.bytesRead;
    if (!isSlow) return;
    // As Node does for a header that is too slow.
    const error = Object.assign(new Error('The body arrives too slowly'), {
      code: 'ERR_HTTP_REQUEST_TIMEOUT',
    });
    if (!response.headersSent) server.emit('clientError', error, socket);
    socket.destroySoon();
  }, bodyMs);
  request.once('close', () => {
    clearInterval(timer);
  });
}

function limitPerAddress(server: Server, most: number): void {
  const connections = createKeyedLimit(most);
  server.on('connection', (socket: Socket) => {
    const leave = connections.tryEnter(socket.remoteAddress ?? '');
    if (leave === null) socket.destroy();
    else socket.once('close', leave);
  });
}
