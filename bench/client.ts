import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../client';
import type { Stage } from './stage';

/** A sheet of as many rows, each with as many links to different pictures. */
export function sheetOf(originUrl: string, rows: number, linksPerRow = 1): Uint8Array<ArrayBuffer> {
  const lines = Array.from({ length: rows }, (_, row) => {
    const links = Array.from(
      { length: linksPerRow },
      (_link, place) => `${originUrl}/${row * linksPerRow + place}.jpg`,
    );
    return `${row + 1},Product ${row + 1},"${links.join(', ')}"`;
  });
  return new TextEncoder().encode(
    ['S. No.,Product Name,Input Image Urls', ...lines, ''].join('\n'),
  );
}

export interface Upload {
  readonly id: string;
  /** Milliseconds until the request id was answered. */
  readonly answeredMs: number;
  readonly startedAt: number;
}

export async function upload(
  { url, originUrl }: Pick<Stage, 'url' | 'originUrl'>,
  csv: Uint8Array<ArrayBuffer>,
): Promise<Upload> {
  const startedAt = performance.now();
  const id = await createClient({ url }).upload(new Blob([csv]), {
    name: 'bench.csv',
    fields: { webhook_url: `${originUrl}/webhook` },
  });
  return { id, startedAt, answeredMs: performance.now() - startedAt };
}

const POLL_MS = 100;

/** @returns milliseconds from the upload's beginning until the request was finished */
export async function finished(url: string, { id, startedAt }: Upload): Promise<number> {
  const client = createClient({ url });
  for (;;) {
    const { status, counts } = await client.request(id);
    if (status === 'completed') return performance.now() - startedAt;
    if (counts.failed > 0) throw new Error(`Expected every image to succeed, received ${status}`);
    await sleep(POLL_MS);
  }
}
