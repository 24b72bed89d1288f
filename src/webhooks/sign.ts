import type { Webhook } from 'standardwebhooks';

/**
 * The headers by which a receiver knows the message, per Standard Webhooks 1.0.0. Each signer adds one
 * signature: two while a secret is being rotated, so that a receiver may hold either. Without a signer
 * the message goes out unsigned, with `webhook-id` and `webhook-timestamp` only.
 *
 * @param id the same over all attempts at one message: receivers tell repetitions by it
 * @param now the time of this attempt: receivers refuse old ones, so that no one can replay a message
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function webhookHeaders(
  { id, body }: { id: string; body: string },
  now: Date,
  signers: readonly Webhook[],
): Record<string, string> {
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
  };
  if (signers.length === 0) return headers;
  const signatures = signers.map((signer) => signer.sign(id, now, body));
  return { ...headers, 'webhook-signature': signatures.join(' ') };
}
