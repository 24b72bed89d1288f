import { createServer, request } from 'node:http';
import { pipeline } from 'node:stream';
import { listen, type Listener } from './listen';

export interface FrontProxy {
  /** With the prefix. */
  readonly url: string;
  /** Sets the service that gets the calls. */
  passTo(service: string): void;
  /** Ends all connections and refuses others, as a service that was killed does. */
  stop(): Promise<void>;
  /** Accepts connections again, at the same port. */
  start(): Promise<void>;
}

/**
 * Starts a proxy in front of a service, as in production. It removes a prefix from all paths, and knows no others.
 *
 * @param prefix such as `/shop`
 */
export async function startFrontProxy(prefix = ''): Promise<FrontProxy> {
  let service = '';
  let listener: Listener | null = await listen(createProxy());
  const { port, url } = listener;

  function createProxy() {
    return createServer((incoming, response) => {
      const { method, headers, url: asked = '' } = incoming;
      if (!asked.startsWith(prefix)) {
        response.writeHead(404).end();
        return;
      }
      const path = asked.slice(prefix.length);
      const outgoing = request(`${service}${path}`, { method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
        pipeline(answer, response, () => undefined);
      });
      outgoing.on('error', () => response.destroy());
      pipeline(incoming, outgoing, () => undefined);
    });
  }

  return {
    url: `${url}${prefix}`,
    passTo(given) {
      service = given;
    },
    async stop() {
      await listener?.close();
      listener = null;
    },
    async start() {
      listener ??= await listen(createProxy(), port);
    },
  };
}
