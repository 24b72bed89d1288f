import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './listen';

/** Answers one hit. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export interface Origin {
  readonly url: string;
  /** The first hit gets the first answer, and so on; the last answer is repeated. Returns the link. */
  on(path: string, ...answers: Answer[]): string;
  hits(path: string): number;
  /** Returns the number of hits that are being answered. */
  open(): number;
  stop(): Promise<void>;
}

/** Starts a real HTTP server with configurable answers for each path, which counts its hits. */
export async function startOrigin(): Promise<Origin> {
  const answers = new Map<string, Answer[]>();
  const hits = new Map<string, number>();
  let open = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const hit = hits.get(path) ?? 0;
    hits.set(path, hit + 1);
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    const known = answers.get(path) ?? [];
    const answer = known[hit] ?? known.at(-1) ?? status(404);
    answer(response, request);
  });
  const { url, close } = await listen(server);
  return {
    url,
    on(path, ...given) {
      answers.set(path, given);
      return url + path;
    },
    hits: (path) => hits.get(path) ?? 0,
    open: () => open,
    stop: close,
  };
}

export const bytes =
  (body: Buffer | string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(200, headers).end(body);

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

export const redirect = (location: string): Answer => status(302, { location });

/** Announces a body and never sends it. */
export const stall: Answer = (response) => {
  response.writeHead(200, { 'content-length': '1000' }).flushHeaders();
};

export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy();
};

/** Announces more than it sends, then closes the connection. */
export const truncated =
  (body: Buffer): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': String(body.length) });
    response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
  };

/** Holds responses until the gate opens. */
export function gate() {
  const held: (() => void)[] = [];
  let isOpen = false;
  return {
    answer:
      (body: Buffer): Answer =>
      (response) => {
        if (isOpen) response.end(body);
        else held.push(() => response.end(body));
      },
    open() {
      isOpen = true;
      for (const respond of held.splice(0)) respond();
    },
  };
}
