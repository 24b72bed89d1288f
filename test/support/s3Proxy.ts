import {
  Agent,
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen';

/**
 * `slow`: answers a second later. `cut`: the store does what it is asked, but the connection ends within the answer, of a
 * GET in the middle of its body. The others are answers of S3, which the store does not see.
 */
export type S3Fault = 'none' | 'slow' | 'cut' | keyof typeof REFUSALS;

/** @param path with the query */
export type Matches = (method: string, path: string, headers: IncomingHttpHeaders) => boolean;

export interface S3Proxy {
  readonly url: string;
  /**
   * Sets what happens to the requests from now on.
   *
   * @param only the requests to which it happens; by default all
   */
  set(fault: S3Fault, only?: Matches): void;
  stop(): Promise<void>;
}

const SLOW_MS = 1_000;

const REFUSALS = {
  SlowDown: [503, 'Please reduce your request rate.'],
  AccessDenied: [403, 'Access Denied'],
  NotImplemented: [501, 'A header you provided implies functionality that is not implemented.'],
} as const;

/**
 * Starts a server that passes requests on to a real S3 server, and fails as it is told. Signatures stay valid, since
 * it changes no header.
 *
 * @param target the URL of the store
 */
export async function startS3Proxy(target: string): Promise<S3Proxy> {
  // A connection for each request, since one that the store has closed meanwhile would be one more fault.
  const agent = new Agent();
  let fault: S3Fault = 'none';
  let matches: Matches = () => true;

  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const faultNow = matches(method, url, headers) ? fault : 'none';
    handle(faultNow, incoming, response).catch(() => response.destroy());
  });
  const { url, close } = await listen(server);

  async function handle(
    faultNow: S3Fault,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (faultNow in REFUSALS) {
      refuse(faultNow as keyof typeof REFUSALS, incoming, response);
      return;
    }
    if (faultNow === 'slow') await sleep(SLOW_MS);
    const answer = await passOn(target, agent, incoming);
    if (faultNow === 'cut') await cut(answer, incoming, response);
    else {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response, () => undefined);
    }
  }

  return {
    url,
    set(next, only = () => true) {
      fault = next;
      matches = only;
    },
    async stop() {
      await close();
      agent.destroy();
    },
  };
}

/**
 * Sends the body at once, as the SDK does: a store that refuses an upload before it has read all of it closes the connection,
 * and what is written later would lose its answer.
 */
async function passOn(
  target: string,
  agent: Agent,
  incoming: IncomingMessage,
): Promise<IncomingMessage> {
  const { method, url = '', headers } = incoming;
  const body = Buffer.concat(await incoming.toArray());
  return new Promise((resolve, reject) => {
    request(new URL(target).origin + url, { method, headers, agent }, resolve)
      .on('error', reject)
      .end(body);
  });
}

async function cut(
  answer: IncomingMessage,
  { method }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (method !== 'GET') {
    answer.destroy();
    response.destroy();
    return;
  }
  const body = Buffer.concat(await answer.toArray());
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

function refuse(
  code: keyof typeof REFUSALS,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const [status, message] = REFUSALS[code];
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  incoming.resume();
  incoming.once('end', () => {
    response.writeHead(status, {
      'content-type': 'application/xml',
      'content-length': body.length,
    });
    response.end(incoming.method === 'HEAD' ? undefined : body);
  });
}
