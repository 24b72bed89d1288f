import { constants, createWriteStream, openAsBlob } from 'node:fs';
import { access, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connected } from '../errors';
import { UsageError } from './exit';

/** @throws UsageError */
export async function openCsv(file: string): Promise<Blob> {
  const isReadable = await access(file, constants.R_OK).then(
    async () => (await stat(file)).isFile(),
    () => false,
  );
  if (isReadable) return openAsBlob(file, { type: 'text/csv' });
  throw new UsageError(`Expected a CSV file that can be read, received "${file}"`);
}

/** Checks before a long wait that a file can be saved after it. @throws UsageError */
export async function requireWritable(file: string): Promise<void> {
  const folder = path.join(path.dirname(file), path.sep);
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  const isFolder = await stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isWritable || isFolder)
    throw new UsageError(`Expected a file that can be written, received "${file}"`);
}

/** Writes a file whole or not at all. @throws ConnectionError when the body breaks off */
export async function saveBody(
  { body }: Response,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    const source = body === null ? [] : Readable.fromWeb(body);
    await connected(pipeline(source, createWriteStream(part), { signal }));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
