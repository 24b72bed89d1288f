import { createHash, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ImageFormat } from '../../contract/formats';
import type { CompressedFile, FileStore } from '../../src/storage/fileStore';

/** Writes the local file that an image process leaves. */
export async function compressedFile(format: ImageFormat, bytes: Buffer): Promise<CompressedFile> {
  const file = path.join(tmpdir(), `image-processor-${randomUUID()}`);
  await writeFile(file, bytes);
  return { file, format, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Stores bytes as an image of a request. @returns its name */
export async function storeImage(
  store: Pick<FileStore, 'writeImage'>,
  requestId: string,
  ref: string,
  format: ImageFormat,
  bytes: Buffer,
): Promise<string> {
  return store.writeImage(requestId, ref, await compressedFile(format, bytes));
}
