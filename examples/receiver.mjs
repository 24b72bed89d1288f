// Receives webhooks, verifies them, and keeps each once: WEBHOOK_SECRET=whsec_… node receiver.mjs
import { randomUUID } from 'node:crypto';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { verifyWebhook, WebhookVerificationError } from '@image-processor/client/webhook';

const { WEBHOOK_SECRET = '', PORT = '9001', INBOX = 'inbox' } = process.env;
if (!WEBHOOK_SECRET.startsWith('whsec_')) throw new Error('Set WEBHOOK_SECRET to whsec_…');
const MAX_BYTES = 64 * 1024;
await mkdir(INBOX, { recursive: true });

/** Writes the message to a file of its own, and gives it its name when it is complete. @returns whether it is new */
async function keep(id, body) {
  const part = `${INBOX}/${randomUUID()}.part`;
  try {
    await writeFile(part, body, { flush: true });
    await link(part, `${INBOX}/${encodeURIComponent(id)}.json`);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

async function answer(request) {
  try {
    if (!(Number(request.headers['content-length']) <= MAX_BYTES)) return 413;
    const body = await buffer(request);
    // The signature is over the bytes as they came: verify before parsing.
    const { request_id: id, status } = verifyWebhook(WEBHOOK_SECRET, request.headers, body);
    // Keep it, answer, and do the work later, from the inbox.
    const isNew = await keep(request.headers['webhook-id'], body);
    console.log(isNew ? 'received' : 'repeated', id, status);
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
