import { Webhook } from 'standardwebhooks';
import { startReceiver, type Receiver } from '../../../src/dev/demo/receiver';

const SECRET = `whsec_${Buffer.alloc(32, 'a').toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 'b').toString('base64')}`;
const body = '{"request_id":"1","status":"completed","details":"1 of 1 image compressed"}';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver(SECRET);
});
afterEach(() => receiver.stop());

function post(headers: Record<string, string>): Promise<Response> {
  return fetch(receiver.url, { method: 'POST', body, headers });
}

function signed(secret: string): Record<string, string> {
  const now = new Date();
  return {
    'webhook-id': '1.1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('1.1', now, body),
  };
}

describe('the receiver of the demo', () => {
  it('accepts a webhook with a valid signature', async () => {
    expect((await post(signed(SECRET))).status).toBe(204);
    await expect(receiver.received).resolves.toEqual({ id: '1.1', body, fault: null });
  });

  it('refuses one that was signed with another secret', async () => {
    expect((await post(signed(OTHER_SECRET))).status).toBe(401);
    await expect(receiver.received).resolves.toMatchObject({
      fault: 'No matching signature found',
    });
  });

  it('refuses one without a signature', async () => {
    expect((await post({ 'webhook-id': '1.1' })).status).toBe(401);
    await expect(receiver.received).resolves.toMatchObject({ fault: 'Missing required headers' });
  });
});
