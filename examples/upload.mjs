// Uploads a CSV, shows the progress, and saves the result: node upload.mjs products.csv result.csv
import { openAsBlob } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { createClient } from '@image-processor/client';

const [file = 'products.csv', result = 'result.csv'] = process.argv.slice(2);
const client = createClient({
  url: process.env.IMAGE_PROCESSOR_URL || 'http://127.0.0.1:8000',
  key: process.env.IMAGE_PROCESSOR_KEY,
});

const id = await client.upload(await openAsBlob(file), {
  name: 'products.csv',
  fields: { format: 'webp', quality: 70 },
});
const request = await client.waitFor(id, { onChange: ({ details }) => console.log(details) });
await writeFile(`${result}.part`, (await client.result(id)).body);
await rename(`${result}.part`, result);

for await (const { source_url: link, error } of client.images(id, { status: 'failed' })) {
  console.error(`${link}: ${error.message}`);
}
process.exitCode = request.status === 'completed' ? 0 : 1;
