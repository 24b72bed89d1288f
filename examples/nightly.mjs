// A nightly job: uploads the export of a shop, retries what failed, and saves the result beside it.
//   0 2 * * *  node nightly.mjs /exports/products.csv
import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, createClient } from '@image-processor/client';

const RETRIES = 3;
const PAUSE_MS = Number(process.env.PAUSE_MS ?? 600_000);

const file = process.argv[2] ?? 'products.csv';
const client = createClient({
  url: process.env.IMAGE_PROCESSOR_URL || 'http://127.0.0.1:8000',
  key: process.env.IMAGE_PROCESSOR_KEY,
});
const [result, failed] = [`${file}.result.csv`, `${file}.failed.csv`];

async function save(name, response) {
  await writeFile(`${name}.part`, response.body);
  await rename(`${name}.part`, name);
}

const name = path.basename(file);
const csv = await readFile(file);
const hash = createHash('sha256').update(name).update(csv).digest('hex');
// With the day and the content in the key, a job that is started again continues with the same request.
const idempotencyKey = `nightly-${new Date().toISOString().slice(0, 10)}-${hash}`;
const fields = { output: 'replace' };
const id = await client.upload(new Blob([csv]), { name, fields, idempotencyKey });
let request = await client.waitFor(id);

for (let retry = 0; retry < RETRIES && request.counts.failed > 0; retry += 1) {
  await sleep(PAUSE_MS);
  const { round } = request;
  let status = 202;
  try {
    await client.retry(id);
  } catch (error) {
    // The answer was lost, or someone else retries: the round tells whether it is a new one.
    if (!(error instanceof ConnectionError) && ![409, 503].includes(error.status)) throw error;
    status = error.status;
  }
  request = await client.waitFor(id);
  // Only rows without links are left: a retry cannot help them.
  if (status === 409 && request.round === round) break;
}

await save(result, await client.result(id));
if (request.counts.failed > 0) await save(failed, await client.result(id, { only: 'failed' }));
else await rm(failed, { force: true });
console.log(`${id} ${request.status}: ${request.details}`);
process.exitCode = request.status === 'completed' ? 0 : 1;
