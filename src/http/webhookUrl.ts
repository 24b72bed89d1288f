import { Refusal } from '../errors';
import { blockedMessage, createLiteralCheck } from '../network/literalAddress';
import { parseWebUrl } from '../network/webUrl';

/**
 * Checks a `webhook_url` at the upload, so that the caller learns at once that it can never be delivered to.
 * The address that its name resolves to is checked at every delivery.
 */
export function createWebhookUrlCheck(allowedNetworks: readonly string[]) {
  const refusedIn = createLiteralCheck(allowedNetworks);

  /** @throws Refusal `invalid` */
  return function checkWebhookUrl(text: string | undefined): void {
    if (text === undefined) return;
    const url = parseWebUrl(text);
    if (url === null) throw invalid('Expected an http or https URL', 'custom');
    const refused = refusedIn(url);
    if (refused !== null) throw invalid(blockedMessage(refused), 'blocked_address');
  };
}

function invalid(msg: string, type: string): Refusal {
  return new Refusal('invalid', msg, [{ loc: ['body', 'webhook_url'], msg, type }]);
}
