// A nightly job: uploads the export of a shop, retries what failed, and saves the result beside it.
//   0 2 * * *  node nightly.mjs /exports/products.csv
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, createClient } from '@image-processor/client';

const RETRIES = 3;
const PAUSE_MS = Number(process.env.PAUSE_MS ?? 600_000);

const file = process.argv[2] ?? 'products.csv';
const client = createClient({
  url: process.env.IMAGE_PROCESSOR_URL || 'http://127.0.0.1:8000',
  key: process.env.IMAGE_PROCESSOR_KEY,
});
const save = async (name, response) => writeFile(`${file}.${name}.csv`, response.body);

// With the day in the key, a job that is started again continues with the same request.
const id = await client.upload(await openAsBlob(file), {
  name: path.basename(file),
  fields: { output: 'replace' },
  idempotencyKey: `nightly-${path.basename(file).replace(/[^\w.-]/g, '_')}-${new Date().toISOString().slice(0, 10)}`,
});
let request = await client.waitFor(id);

for (let retry = 0; retry < RETRIES && request.counts.failed > 0; retry += 1) {
  await sleep(PAUSE_MS);
  try {
    await client.retry(id);
  } catch (error) {
    // Only rows without links are left: a retry cannot help them.
    if (error instanceof ApiError && error.status === 409) break;
    throw error;
  }
  request = await client.waitFor(id);
}

await save('result', await client.result(id));
if (request.counts.failed > 0) await save('failed', await client.result(id, { only: 'failed' }));
console.log(`${id} ${request.status}: ${request.details}`);
process.exitCode = request.status === 'completed' ? 0 : 1;
