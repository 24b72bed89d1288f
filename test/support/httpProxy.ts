import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { listen } from './listen';

export interface ProxiedCall {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Milliseconds of the process's clock. */
  readonly at: number;
}

export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** Makes the call to the service; its response is not read yet. */
  passOn(path?: string): Promise<IncomingMessage>;
}

/** Handles a call in place of passing it on. */
export type Handle = (exchange: Exchange) => void | Promise<void>;

export interface HttpProxy {
  readonly url: string;
  /** Sets how the next calls of a method and path are handled: by default one call, after which all are passed on. */
  on(method: string, path: RegExp, handle: Handle, times?: number): void;
  /** Returns the calls so far whose path matches. */
  calls(path: RegExp): readonly ProxiedCall[];
  stop(): Promise<void>;
}

/** The service handles the call, but the connection ends before the answer. */
export const cut: Handle = async ({ response, passOn }) => {
  const answer = await passOn();
  await answer.toArray();
  response.destroy();
};

/** The connection ends when the first bytes of the call's body have arrived. */
export const cutUpload: Handle = ({ incoming, response }) => {
  incoming.once('data', () => response.destroy());
};

/** The connection ends in the middle of the answer's body. */
export const cutBody: Handle = async ({ response, passOn }) => {
  const answer = await passOn();
  const body = Buffer.concat(await answer.toArray());
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
};

/** The connection ends after the first part of a streamed answer. */
export const cutStream: Handle = async ({ response, passOn }) => {
  const answer = await passOn();
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.once('data', (chunk: Buffer) => {
    answer.destroy();
    response.write(chunk, () => response.destroy());
  });
};

/** The header of the answer arrives, and its body never does. */
export const holdBody: Handle = ({ incoming, response }) => {
  incoming.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
};

/** No answer arrives. */
export const hang: Handle = ({ incoming }) => {
  incoming.resume();
};

/** Answers without asking the service. */
export const answerWith =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Handle =>
  ({ incoming, response }) => {
    incoming.resume();
    incoming.once('end', () => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };

/** Starts a proxy before the service that can lose, delay and refuse calls. */
export async function startHttpProxy(target: string): Promise<HttpProxy> {
  // One connection per call: the service may have closed a kept one, which would be an unintended failure.
  const agent = new Agent();
  const calls: ProxiedCall[] = [];
  const rules: { method: string; path: RegExp; handle: Handle; times: number }[] = [];

  const server = createServer((incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    calls.push({ method, path, headers, at: performance.now() });
    const rule = rules.find((one) => one.method === method && one.path.test(path) && one.times > 0);
    if (rule !== undefined) rule.times -= 1;
    const passOn = (to = path) => send(incoming, to);
    Promise.resolve((rule?.handle ?? passThrough)({ incoming, response, passOn })).catch(() =>
      response.destroy(),
    );
  });
  const { url, close } = await listen(server);

  function send(incoming: IncomingMessage, path: string): Promise<IncomingMessage> {
    const { method, headers } = incoming;
    return new Promise((resolve, reject) => {
      const outgoing = request(`${target}${path}`, { method, headers, agent }, resolve);
      outgoing.on('error', reject);
      pipeline(incoming, outgoing, () => undefined);
    });
  }

  return {
    url,
    on(method, path, handle, times = 1) {
      rules.unshift({ method, path, handle, times });
    },
    calls: (path) => calls.filter((call) => path.test(call.path)),
    async stop() {
      await close();
      agent.destroy();
    },
  };
}

/**
 * Starts a new proxy for each test of a file.
 *
 * @param target called when a test begins: the service is started before all of them
 */
export function startProxyStage(target: () => string): Omit<HttpProxy, 'stop'> {
  let proxy: HttpProxy;
  beforeEach(async () => {
    proxy = await startHttpProxy(target());
  });
  afterEach(() => proxy.stop());
  return {
    get url() {
      return proxy.url;
    },
    on: (...rule) => {
      proxy.on(...rule);
    },
    calls: (path) => proxy.calls(path),
  };
}

const passThrough: Handle = ({ passOn, response }) => passAnswer(response, passOn());

/** Passes an answer of the service on as it arrives. */
export async function passAnswer(
  response: ServerResponse,
  answering: Promise<IncomingMessage>,
): Promise<void> {
  const answer = await answering;
  response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
  pipeline(answer, response, () => undefined);
}
