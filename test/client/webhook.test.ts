import { Webhook } from 'standardwebhooks';
import { verifyWebhook, WebhookVerificationError, type WebhookHeaders } from '../../client/webhook';
import type { WebhookPayload } from '../../contract/webhook';
import { webhookHeaders } from '../../src/webhooks/sign';

const [OLD, NEW] = ['old', 'new'].map((text) => `whsec_${Buffer.from(text).toString('base64')}`);
const [SECRET = '', OTHER = ''] = [OLD, NEW];
const payload: WebhookPayload = { request_id: 'a', status: 'completed', details: 'é: 1 of 1' };
const body = JSON.stringify(payload);

/** Returns the headers that the service sends. */
function signed(now = new Date(), ...secrets: readonly string[]): Record<string, string> {
  const signers = (secrets.length === 0 ? [SECRET] : secrets).map((one) => new Webhook(one));
  return webhookHeaders({ id: 'a.1', body }, now, signers);
}

describe('verifyWebhook', () => {
  it.each<[string, WebhookHeaders, string | Uint8Array]>([
    ['as a record', signed(), body],
    ['as a Headers', new Headers(signed()), body],
    ['with others that are lists or missing', { ...signed(), more: ['a'], none: undefined }, body],
    ['written in capitals', upperCase(signed()), body],
    ['and the body as bytes', signed(), Buffer.from(body)],
    ['signed with two secrets', signed(new Date(), OTHER, SECRET), body],
  ])('returns the payload, given headers %s', (_, headers, given) => {
    expect(verifyWebhook(SECRET, headers, given)).toEqual(payload);
  });

  it.each<[string, string, WebhookHeaders, string]>([
    ['another body', SECRET, signed(), body.replace('1 of 1', '1 of 2')],
    ['another secret', OTHER, signed(), body],
    ['an old message', SECRET, signed(new Date(Date.now() - 600_000)), body],
    ['no headers', SECRET, {}, body],
    ['another id', SECRET, { ...signed(), 'webhook-id': 'a.2' }, body],
  ])('refuses %s', (_, secret, headers, given) => {
    expect(() => verifyWebhook(secret, headers, given)).toThrow(WebhookVerificationError);
  });
});

function upperCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [key.toUpperCase(), value]),
  );
}
