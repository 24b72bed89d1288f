import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { WebhookPayload } from '../contract/webhook';

export { WebhookVerificationError };

/** As Node's `IncomingMessage` has them, or a `Headers` of fetch. Names may be written in any case. */
export type WebhookHeaders =
  Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Verifies a webhook of the service by its headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.
 *
 * Answer 401 when it throws, and else 2xx. The same `webhook-id` may arrive more than once.
 *
 * @param secret `WEBHOOK_SECRET` of the service (`whsec_…`); one of the two while it is being rotated
 * @param body the body as it was received: parsed and printed again, it does not match its signature
 * @returns `{ request_id, status, details }`; `status` is that of a finished request
 * @throws WebhookVerificationError for a missing or wrong signature, and for a message that is
 * more than five minutes old; Error for a secret that cannot be used
 */
export function verifyWebhook(
  secret: string,
  headers: WebhookHeaders,
  body: string | Uint8Array,
): WebhookPayload {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const given = Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ) as Record<string, string>;
  // The signature proves that the service sent it, and the service sends nothing else.
  return new Webhook(secret).verify(text, given) as WebhookPayload;
}
