import { createWriteStream, openAsBlob } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createClient } from '../client';
import type { UploadFields } from '../contract/http/uploads';
import { isFinished } from '../contract/statuses';
import type { Bench } from './environment';
import { until } from './until';

const HEADER = 'S. No.,Product Name,Input Image Urls\n';
const LINES_A_CHUNK = 1_000;

/** Yields a CSV with one link a row. All links differ. */
function* linesOf(originUrl: string, rows: number): Generator<string, void> {
  yield HEADER;
  for (let first = 0; first < rows; first += LINES_A_CHUNK) {
    let chunk = '';
    for (let row = first; row < Math.min(rows, first + LINES_A_CHUNK); row += 1) {
      chunk += `${row + 1},Product ${row + 1},${originUrl}/${row}.jpg\n`;
    }
    yield chunk;
  }
}

export function csvOf(originUrl: string, rows: number): Blob {
  return new Blob([...linesOf(originUrl, rows)]);
}

/** Writes such a CSV. @returns its content, which is read from the disk when it is uploaded */
export async function csvFile(file: string, originUrl: string, rows: number): Promise<Blob> {
  await pipeline(Readable.from(linesOf(originUrl, rows)), createWriteStream(file));
  return openAsBlob(file);
}

export interface Upload {
  readonly id: string;
  /** Milliseconds until the response with the request id. */
  readonly responseMs: number;
  readonly startedAt: number;
}

/** Uploads a CSV, once: a repeated upload would be measured as a slow one. @param fields its webhook goes to the origin unless they name another receiver */
export async function upload(
  { url, originUrl }: Pick<Bench, 'url' | 'originUrl'>,
  csv: Blob,
  fields: UploadFields = {},
): Promise<Upload> {
  const startedAt = performance.now();
  const id = await createClient({ url, retries: 0 }).upload(csv, {
    name: 'bench.csv',
    fields: { webhook_url: `${originUrl}/webhook`, ...fields },
  });
  return { id, startedAt, responseMs: performance.now() - startedAt };
}

const POLL_MS = 100;

/** Polls the status until the request is completed. @returns milliseconds since the start of the upload */
export async function waitUntilCompleted(url: string, { id, startedAt }: Upload): Promise<number> {
  const client = createClient({ url });
  await until(`request ${id} to be completed`, POLL_MS, async () => {
    const { status, details } = await client.status(id);
    if (isFinished(status) && status !== 'completed') {
      throw new Error(`Expected all images to succeed, received: ${details}`);
    }
    return status === 'completed';
  });
  return performance.now() - startedAt;
}

/** Uploads a request of so many images and waits until it is completed. @returns seconds */
export async function runRequest(
  bench: Bench,
  images: number,
  { path = '', fields = {} }: { readonly path?: string; readonly fields?: UploadFields } = {},
): Promise<number> {
  const csv = csvOf(`${bench.originUrl}${path}`, images);
  return (await waitUntilCompleted(bench.url, await upload(bench, csv, fields))) / 1000;
}

/** Stops a request and removes it. */
export async function cancelAndRemove(url: string, id: string): Promise<void> {
  const client = createClient({ url });
  await client.cancel(id);
  await until(`request ${id} to be finished`, POLL_MS, async () =>
    isFinished((await client.status(id)).status),
  );
  await client.remove(id);
}
