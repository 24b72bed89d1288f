import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../support/listen';

export interface Delivery {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Starts a receiver on loopback that responds as the test specifies. */
export async function startReceiver(answer: (response: ServerResponse) => void) {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        deliveries.push({ method: request.method ?? '', headers: request.headers, body });
        answer(response);
      },
      () => undefined,
    );
  });
  const { port, url, close } = await listen(server);
  return {
    port,
    url: `${url}/hook`,
    deliveries,
    stop: close,
  };
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
