// Receives webhooks, verifies them, and keeps each once: WEBHOOK_SECRET=whsec_… node receiver.mjs
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { verifyWebhook, WebhookVerificationError } from '@image-processor/client/webhook';

const { WEBHOOK_SECRET, PORT = '9001', INBOX = 'inbox' } = process.env;
await mkdir(INBOX, { recursive: true });

/** @returns whether the message is new */
async function keep(id, payload) {
  try {
    await writeFile(`${INBOX}/${encodeURIComponent(id)}.json`, JSON.stringify(payload), {
      flag: 'wx',
    });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

async function answer(request) {
  try {
    // The signature is over the bytes as they came: verify before parsing.
    const payload = verifyWebhook(WEBHOOK_SECRET, request.headers, await buffer(request));
    // Keep it, answer, and do the work later, from the inbox.
    const isNew = await keep(request.headers['webhook-id'], payload);
    console.log(isNew ? 'received' : 'repeated', payload.request_id, payload.status);
    return 204;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return 401;
    console.error(error);
    return 500; // It is sent again.
  }
}

createServer((request, response) => {
  void answer(request).then((status) => response.writeHead(status).end());
}).listen(Number(PORT), '127.0.0.1', function listening() {
  console.log(`http://127.0.0.1:${this.address().port}/`);
});
