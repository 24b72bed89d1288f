import { createServer, type Socket } from 'node:net';
import { listen } from './listen';

/** Returns the bytes of a complete response. `hit` counts the calls of this path from 1. */
export type RawAnswer = (head: string, hit: number) => Buffer | string;

export interface OddOrigin {
  readonly url: string;
  /** Returns the link. Text is sent as Latin-1, one byte per character. */
  on(path: string, answer: RawAnswer | Buffer | string): string;
  /** The heads of all requests, in order. */
  readonly heads: readonly string[];
  /** Returns the number of open connections. */
  open(): number;
  stop(): Promise<void>;
}

/** Starts an origin on raw sockets, which sends responses that no HTTP library would, then closes the connection. */
export async function startOddOrigin(): Promise<OddOrigin> {
  const answers = new Map<string, RawAnswer>();
  const hits = new Map<string, number>();
  const heads: string[] = [];
  const sockets = new Set<Socket>();

  function answer(socket: Socket, head: string): void {
    heads.push(head);
    const path = head.split(' ')[1] ?? '';
    const hit = (hits.get(path) ?? 0) + 1;
    hits.set(path, hit);
    const given = answers.get(path)?.(head, hit) ?? 'HTTP/1.1 404 Not Found\r\n\r\n';
    socket.end(typeof given === 'string' ? Buffer.from(given, 'latin1') : given);
  }

  const server = createServer((socket) => {
    let received = '';
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      received += piece.toString('latin1');
      const [head = '', rest] = received.split('\r\n\r\n');
      if (rest === undefined) return;
      received = '';
      answer(socket, head);
    });
  });
  const { url, close } = await listen(server);
  return {
    url,
    on(path, given) {
      answers.set(path, typeof given === 'function' ? given : () => given);
      return url + path;
    },
    heads,
    open: () => sockets.size,
    stop: close,
  };
}

/** Returns a correct response, with the given changes. */
export function rawAnswer(
  body: Buffer | string,
  { status = '200 OK', headers = '' }: { status?: string; headers?: string } = {},
): Buffer {
  const bytes = Buffer.from(body as string, 'latin1');
  const head = `HTTP/1.1 ${status}\r\nContent-Length: ${bytes.length}\r\n${headers}Connection: close\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}
