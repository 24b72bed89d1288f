import { createServer } from 'node:http';
import { listen } from './listen';

export interface Message {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Instead of a status: the message is received and never answered. */
export const NO_ANSWER = 0;

export interface Receiver {
  /** The first message gets the first status, and so on; the last is repeated. Returns the webhook URL. */
  on(path: string, ...statuses: number[]): string;
  messages(path: string): readonly Message[];
  stop(): Promise<void>;
}

/** Starts a real webhook receiver that keeps its messages. */
export async function startReceiver(): Promise<Receiver> {
  const statuses = new Map<string, number[]>();
  const received = new Map<string, Message[]>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const messages = received.get(path) ?? [];
      const known = statuses.get(path) ?? [];
      const status = known[messages.length] ?? known.at(-1) ?? 200;
      const headers = request.headers as Record<string, string>;
      received.set(path, [...messages, { headers, body: Buffer.concat(chunks).toString() }]);
      if (status === NO_ANSWER) return;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  const { url, close } = await listen(server);
  return {
    on(path, ...given) {
      statuses.set(path, given);
      return url + path;
    },
    messages: (path) => received.get(path) ?? [],
    stop: close,
  };
}
