import { Refusal } from '../errors';
import { blockedMessage, createLiteralCheck } from '../network/literalAddress';

/**
 * Refuses a `webhook_url` that can never be delivered to, while the caller is still there to hear of it.
 * What its name resolves to is checked at every delivery.
 *
 * The check throws a Refusal.
 */
export function createWebhookUrlCheck(allowedNetworks: readonly string[]) {
  const refusedIn = createLiteralCheck(allowedNetworks);

  return function checkWebhookUrl(text: string | undefined): void {
    const refused = text === undefined ? null : refusedIn(new URL(text));
    if (refused === null) return;
    const msg = blockedMessage(refused);
    const fault = { loc: ['body', 'webhook_url'], msg, type: 'blocked_address' };
    throw new Refusal('invalid', 'The body has faults', [fault]);
  };
}
