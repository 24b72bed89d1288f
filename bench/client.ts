import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../client';
import type { Bench } from './environment';

/** Returns a CSV with the given numbers of rows and of links per row. All links differ. */
export function csvOf(originUrl: string, rows: number, linksPerRow = 1): Uint8Array<ArrayBuffer> {
  const lines = Array.from({ length: rows }, (_, row) => {
    const links = Array.from(
      { length: linksPerRow },
      (_link, index) => `${originUrl}/${row * linksPerRow + index}.jpg`,
    );
    return `${row + 1},Product ${row + 1},"${links.join(', ')}"`;
  });
  return new TextEncoder().encode(
    ['S. No.,Product Name,Input Image Urls', ...lines, ''].join('\n'),
  );
}

export interface Upload {
  readonly id: string;
  /** Milliseconds until the response with the request id. */
  readonly responseMs: number;
  readonly startedAt: number;
}

export async function upload(
  { url, originUrl }: Pick<Bench, 'url' | 'originUrl'>,
  csv: Uint8Array<ArrayBuffer>,
): Promise<Upload> {
  const startedAt = performance.now();
  const id = await createClient({ url }).upload(new Blob([csv]), {
    name: 'bench.csv',
    fields: { webhook_url: `${originUrl}/webhook` },
  });
  return { id, startedAt, responseMs: performance.now() - startedAt };
}

const POLL_MS = 100;

/** Waits until the request is completed. @returns milliseconds since the start of the upload */
export async function waitUntilCompleted(url: string, { id, startedAt }: Upload): Promise<number> {
  const client = createClient({ url });
  for (;;) {
    const { status, counts } = await client.request(id);
    if (status === 'completed') return performance.now() - startedAt;
    if (counts.failed > 0) throw new Error(`${counts.failed} images failed (status ${status})`);
    await sleep(POLL_MS);
  }
}
