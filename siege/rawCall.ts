import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly hasRetryAfter: boolean;
}

/** How a call ended; `null`: the connection was closed without an answer, or the caller gave up. */
export type Outcome = RawAnswer | null;

export interface RawCall {
  readonly port: number;
  /** Sent as they are. */
  readonly bytes: string | Buffer;
  /** Called every second while there is no answer, for callers that send slowly. */
  readonly everySecond?: (socket: Socket) => void;
  /** Do not read what is answered. */
  readonly isDeaf?: boolean;
  /** The caller hangs up after this time. */
  readonly ms: number;
}

/** Calls without an HTTP library, which would not send what is malformed. @returns the first answer */
export function rawCall({ port, bytes, everySecond, isDeaf = false, ms }: RawCall) {
  return new Promise<Outcome>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer: Outcome = null;
    let text = '';
    const hangUp = setTimeout(() => socket.destroy(), ms);
    const timer = setInterval(() => everySecond?.(socket), 1000);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(hangUp);
      clearInterval(timer);
      resolve(answer);
    });
    socket.write(bytes);
    if (isDeaf) return;
    socket.on('data', (chunk) => {
      if (answer !== null) return;
      text += chunk.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      answer = {
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
        hasRetryAfter: /^retry-after: \d/im.test(text),
      };
      clearInterval(timer);
      // The rest of an answer that is not wanted; of pipelined ones as well.
      socket.destroy();
    });
    socket.once('end', () => socket.destroy());
  });
}

export function requestOf(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): Buffer {
  const length = Buffer.byteLength(body);
  const all = {
    host: '127.0.0.1',
    ...(length > 0 ? { 'content-length': String(length) } : {}),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([
    Buffer.from([`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')),
    Buffer.from(body),
  ]);
}
