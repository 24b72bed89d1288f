import type { Webhook } from 'standardwebhooks';

/**
 * Returns the headers that identify and sign a message, per Standard Webhooks 1.0.0. Each signer adds one
 * signature. While a secret is being rotated there are two, and a receiver may use either secret. Without a
 * signer the message is sent unsigned, with `webhook-id` and `webhook-timestamp` only.
 *
 * @param id the same for all attempts at one message, so that receivers can detect duplicates
 * @param now the time of this attempt; receivers reject old ones to prevent replay attacks
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
