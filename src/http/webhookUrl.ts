import { Refusal } from '../errors';
import type { TargetPolicy } from '../network/targets';
import { parseWebUrl } from '../../contract/webUrl';

/**
 * Checks a `webhook_url` at the upload, so that the caller learns at once that it can never be delivered to.
 * The address that its name resolves to is checked at every delivery.
 */
export function createWebhookUrlCheck(targets: Pick<TargetPolicy, 'refusalOfUrl'>) {
  /** @throws Refusal `invalid` */
  return function checkWebhookUrl(text: string | undefined): void {
    if (text === undefined) return;
    const url = parseWebUrl(text);
    if (url === null) throw invalid('Expected an http or https URL', 'custom');
    const refusal = targets.refusalOfUrl(url);
    if (refusal !== null) throw invalid(refusal, 'blocked_address');
  };
}

function invalid(msg: string, type: string): Refusal {
  return new Refusal('invalid', msg, [{ loc: ['body', 'webhook_url'], msg, type }]);
}
