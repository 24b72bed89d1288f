import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TextFindings } from '../../sheet/textFindings';
import { createTextInspector } from '../csv/inspectText';
import { isStorageError, Refusal } from '../errors';
import type { Spool } from '../storage/spool';

export interface Spooled {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the bytes, in hex. */
  readonly fingerprint: string;
  /** What its bytes show about the encoding; they are not read again for it. */
  readonly text: TextFindings;
  /** Removes the file; may be called twice. */
  discard(): Promise<void>;
}

/**
 * Writes an upload to disk while it arrives. Stops as soon as the content is known to be no CSV, is too large, or finds the
 * spool full. A refused or interrupted upload leaves no file.
 *
 * @throws Refusal
 */
export async function spoolUpload(
  upload: Readable,
  spool: Spool,
  maxBytes: number,
): Promise<Spooled> {
  const file = path.join(spool.dir, `${randomUUID()}.csv`);
  const hash = createHash('sha256');
  const inspector = createTextInspector();
  let received = 0;
  let refusal: unknown;

  function check(chunk: Buffer): void {
    if (received + chunk.length > maxBytes) throw tooLarge(maxBytes);
    if (!spool.add(chunk.length)) throw full('Too many uploads are arriving');
    received += chunk.length;
    inspector.add(chunk);
  }

  async function* checked(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      try {
        check(chunk);
      } catch (error) {
        // `pipeline` also destroys its source and may report that instead of this error.
        refusal = error;
        throw error;
      }
      hash.update(chunk);
      yield chunk;
    }
  }

  async function discard(): Promise<void> {
    await rm(file, { force: true });
    spool.subtract(received);
    received = 0;
  }

  try {
    await pipeline(upload, checked, createWriteStream(file, { flags: 'wx' }));
    const fingerprint = hash.digest('hex');
    return { path: file, size: received, fingerprint, text: inspector.findings(), discard };
  } catch (error) {
    await discard();
    throw refusal ?? diskRefusal(error) ?? error;
  }
}

export function full(reason: string): Refusal {
  return new Refusal('unavailable', `${reason}; send this one again later`);
}

export function tooLarge(maxBytes: number): Refusal {
  return new Refusal(
    'too_large',
    `Expected a file of at most ${maxBytes} bytes, received more; split it, or raise MAX_UPLOAD_BYTES`,
  );
}

/** A full or unwritable disk is temporary: an operator can fix it. */
function diskRefusal(error: unknown): Refusal | null {
  if (!isStorageError(error)) return null;
  return new Refusal(
    'unavailable',
    `Expected to write the upload to disk, received ${error.code}; try again later`,
    [],
    { cause: error },
  );
}
