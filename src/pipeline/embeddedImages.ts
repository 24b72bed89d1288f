import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ImageError } from '../errors';
import { createFairSemaphore, type FairKey } from '../images/fairSemaphore';
import { createSource, type Source } from './source';

/** Images that are written into their links (`data:`). They need no download. */
export interface EmbeddedImages {
  /**
   * Writes an image to a file, when it is its turn.
   *
   * @param read called then, so that few images are in memory; `null`: the link was damaged
   * @param key images of different keys take turns
   * @throws ImageError; any error of `read`; the signal's reason when aborted
   */
  fetch(read: () => Promise<Buffer | null>, key: FairKey, signal: AbortSignal): Promise<Source>;
}

export interface EmbeddedImagesSettings {
  /** Files are written here. */
  readonly folder: string;
  readonly concurrency: number;
  readonly maxBytes: number;
}

export function createEmbeddedImages(settings: EmbeddedImagesSettings): EmbeddedImages {
  const { folder, concurrency, maxBytes } = settings;
  // Permits of their own: there is no host to wait for, and those of downloads belong to another process.
  const permits = createFairSemaphore(concurrency);
  let nextId = 1;

  return {
    async fetch(read, key, signal) {
      const release = await permits.acquire(1, signal, key);
      const file = path.join(folder, `data-${nextId++}`);
      try {
        const bytes = checked(await read());
        signal.throwIfAborted();
        await writeFile(file, bytes);
        return createSource(file, bytes.length, release);
      } catch (error) {
        release();
        await rm(file, { force: true });
        throw error;
      }
    },
  };

  function checked(bytes: Buffer | null): Buffer {
    if (bytes === null) {
      throw ImageError.permanent(
        'invalid_url',
        'Expected a data: link with the whole image, received one that is empty, cut off or not base64; ' +
          'copy it again, or use a link to the image (a spreadsheet cuts cells off after 32,767 characters)',
      );
    }
    if (bytes.length <= maxBytes) return bytes;
    throw ImageError.permanent(
      'too_large',
      `Expected at most ${maxBytes} bytes, received ${bytes.length}`,
    );
  }
}
