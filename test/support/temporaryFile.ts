import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Runs the work with a file of the given content, then removes it. */
export async function withFile<T>(
  content: string | Uint8Array,
  work: (file: string) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const file = path.join(folder, 'sheet.csv');
    await writeFile(file, content);
    return work(file);
  });
}

export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
  try {
    return await work(folder);
  } finally {
    // A process that is ending may still write there.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
