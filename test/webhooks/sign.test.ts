import { Webhook } from 'standardwebhooks';
import { webhookHeaders } from '../../src/webhooks/sign';

const OLD_SECRET = `whsec_${Buffer.alloc(24, 'old').toString('base64')}`;
const NEW_SECRET = `whsec_${Buffer.alloc(64, 'new').toString('base64')}`;
const message = { id: 'request.1', body: '{"details":"42 of 42 images compressed – ✓"}' };

function headersWith(...secrets: string[]) {
  return webhookHeaders(
    message,
    new Date(),
    secrets.map((secret) => new Webhook(secret)),
  );
}

describe('webhookHeaders', () => {
  it('signs so that a receiver with the secret can verify', () => {
    const headers = headersWith(NEW_SECRET);
    expect(new Webhook(NEW_SECRET).verify(message.body, headers)).toEqual(JSON.parse(message.body));
  });

  it('contains the time of the attempt in whole seconds', () => {
    const headers = webhookHeaders(message, new Date('2026-11-23T09:00:00.999Z'), []);
    expect(headers['webhook-timestamp']).toBe('1795424400');
  });

  it('contains one signature for each secret, so that receivers can rotate theirs at any time', () => {
    const headers = headersWith(OLD_SECRET, NEW_SECRET);
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/=]{44} v1,[A-Za-z0-9+/=]{44}$/);
    new Webhook(OLD_SECRET).verify(message.body, headers);
    new Webhook(NEW_SECRET).verify(message.body, headers);
  });

  it('does not verify with another secret', () => {
    const headers = headersWith(OLD_SECRET);
    expect(() => new Webhook(NEW_SECRET).verify(message.body, headers)).toThrow(
      'No matching signature found',
    );
  });

  it('does not verify another body', () => {
    const headers = headersWith(NEW_SECRET);
    expect(() => new Webhook(NEW_SECRET).verify(`${message.body} `, headers)).toThrow(
      'No matching signature found',
    );
  });

  it('contains no signature without a secret', () => {
    expect(Object.keys(headersWith())).toEqual(['webhook-id', 'webhook-timestamp']);
  });
});
