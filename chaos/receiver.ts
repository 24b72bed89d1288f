import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { closed, listen } from './listen';
import type { Random } from './random';

/** One delivery as the receiver saw it. */
export interface Delivery {
  readonly id: string;
  readonly body: string;
  readonly signed: boolean;
  /** The HTTP status that was answered. */
  readonly answer: number;
  readonly at: number;
}

export interface Receiver {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  stop(): Promise<void>;
}

/** The share of webhooks that are refused at their first delivery. */
const REFUSED_SHARE = 0.15;

/** Verifies every signature, refuses some webhooks at their first delivery, and keeps a ledger. */
export async function startReceiver(secret: string, random: Random): Promise<Receiver> {
  const webhook = new Webhook(secret);
  const deliveries: Delivery[] = [];

  function receive(headers: IncomingHttpHeaders, body: string): number {
    const id = String(headers['webhook-id']);
    const signed = isSigned(webhook, body, headers);
    const first = deliveries.every((delivery) => delivery.id !== id);
    const answer = !signed ? 401 : first && random() < REFUSED_SHARE ? 503 : 204;
    deliveries.push({ id, body, signed, answer, at: Date.now() });
    return answer;
  }

  const server = await listen((request, response) => {
    text(request).then(
      (body) => response.writeHead(receive(request.headers, body)).end(),
      // The sender was killed; it will deliver again.
      () => response.destroy(),
    );
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    deliveries,
    stop: () => closed(server),
  };
}

function isSigned(webhook: Webhook, body: string, given: IncomingHttpHeaders): boolean {
  const headers = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, String(value)]),
  );
  try {
    webhook.verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
