import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  verifyWebhook,
  WebhookVerificationError,
  type WebhookHeaders,
} from '../../../client/webhook';

export interface ReceivedWebhook {
  /** The header `webhook-id`. */
  readonly id: string;
  readonly body: string;
  /** Why the signature is invalid; `null` when it is valid. */
  readonly fault: string | null;
}

export interface Receiver {
  readonly url: string;
  /** The first webhook that arrives. */
  readonly received: Promise<ReceivedWebhook>;
  stop(): Promise<void>;
}

/**
 * Starts a webhook receiver on loopback, at a free port. It does what every receiver should: it reads the raw body,
 * verifies the signature, and answers 2xx only to webhooks that it accepts.
 */
export async function startReceiver(secret: string): Promise<Receiver> {
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const fault = faultOf(secret, request.headers, body);
        response.writeHead(fault === null ? 204 : 401).end();
        server.emit('webhook', { id: String(request.headers['webhook-id'] ?? ''), body, fault });
      },
      // The sender closed the connection; it will deliver again.
      () => response.destroy(),
    );
  });
  const received = once(server, 'webhook').then(([first]) => first as ReceivedWebhook);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    received,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function faultOf(secret: string, headers: WebhookHeaders, body: string): string | null {
  try {
    verifyWebhook(secret, headers, body);
    return null;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.message;
    throw error;
  }
}
