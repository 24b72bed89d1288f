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
 * `slow`: answers a second later. `cut`: the store handles the request, but the connection ends during the answer; for a
 * GET, in the middle of its body. `header`: as `cut`, but before the first byte of the body. `stall`: in the middle of the
 * body, no more bytes follow. `hang`: no answer. `undated`: the answer has no Last-Modified. `truncated`: the answer says
 * that the listing goes on, but not where. The others are error codes of S3 that the proxy answers without asking the
 * store.
 */
export type S3Fault =
  | 'none'
  | 'slow'
  | 'cut'
  | 'header'
  | 'stall'
  | 'hang'
  | 'undated'
  | 'truncated'
  | keyof typeof REFUSALS;

/** @param path with the query */
export type Matches = (method: string, path: string, headers: IncomingHttpHeaders) => boolean;

export interface S3Proxy {
  readonly url: string;
  /**
   * Sets how requests are handled from now on.
   *
   * @param only the requests that are affected; by default all
   */
  set(fault: S3Fault, only?: Matches): void;
  /** Returns the number of connections with a request that is not answered completely. */
  busy(): number;
  stop(): Promise<void>;
}

const SLOW_MS = 1_000;

const REFUSALS = {
  SlowDown: [503, 'Please reduce your request rate.'],
  AccessDenied: [403, 'Access Denied'],
  InvalidAccessKeyId: [403, 'The AWS Access Key Id you provided does not exist in our records.'],
  SignatureDoesNotMatch: [403, 'The request signature we calculated does not match.'],
  RequestTimeTooSkewed: [403, 'The difference between the request time and ours is too large.'],
  ExpiredToken: [400, 'The provided token has expired.'],
  InvalidToken: [400, 'The provided token is malformed or otherwise invalid.'],
  AuthorizationHeaderMalformed: [400, 'The authorization header is malformed.'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  NotImplemented: [501, 'A header you provided implies functionality that is not implemented.'],
  MissingContentMD5: [400, 'Missing required header for this request: Content-MD5.'],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold.'],
  ExcessHeaderValues: [400, 'Multiple values were provided for a header.'],
  PermanentRedirect: [301, 'The bucket must be addressed using the specified endpoint.'],
} as const;

/**
 * Starts a server that passes requests on to a real S3 server, or fails as set. Signatures stay valid, since it changes no
 * header.
 *
 * @param target the URL of the store
 */
export async function startS3Proxy(target: string): Promise<S3Proxy> {
  // One connection per request: the store may have closed a kept one, which would be an unintended failure.
  const agent = new Agent();
  let fault: S3Fault = 'none';
  let matches: Matches = () => true;
  let busy = 0;

  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const faultNow = matches(method, url, headers) ? fault : 'none';
    busy += 1;
    response.once('close', () => {
      busy -= 1;
    });
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
    if (faultNow === 'hang') return;
    if (faultNow === 'slow') await sleep(SLOW_MS);
    const answer = await passOn(target, agent, incoming);
    if (faultNow === 'cut' || faultNow === 'header')
      await cut(answer, incoming, response, faultNow);
    else if (faultNow === 'stall') await stall(answer, response);
    else if (faultNow === 'truncated') await truncate(answer, response);
    else {
      if (faultNow === 'undated') delete answer.headers['last-modified'];
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
    busy: () => busy,
    async stop() {
      await close();
      agent.destroy();
    },
  };
}

/**
 * Sends the body at once, as the SDK does. A store may refuse an upload before it has read all of it and close the
 * connection; its answer would be lost if the proxy wrote more then.
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
  fault: 'cut' | 'header',
): Promise<void> {
  if (method !== 'GET') {
    answer.destroy();
    response.destroy();
    return;
  }
  const body = Buffer.concat(await answer.toArray());
  const sent = fault === 'header' ? 0 : Math.floor(body.length / 2);
  response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
  response.write(body.subarray(0, sent), () => response.destroy());
}

async function stall(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = Buffer.concat(await answer.toArray());
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.write(body.subarray(0, Math.floor(body.length / 2)));
}

async function truncate(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const listing = Buffer.concat(await answer.toArray())
    .toString()
    .replace('<IsTruncated>false', '<IsTruncated>true')
    .replace(/<Next\w*Marker>[^<]*<\/Next\w*Marker>/g, '');
  response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/xml' });
  response.end(listing);
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
      ...(code === 'PermanentRedirect' && { 'x-amz-bucket-region': 'eu-central-1' }),
    });
    response.end(incoming.method === 'HEAD' ? undefined : body);
  });
}
