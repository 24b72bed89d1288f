import { open, rm, type FileHandle } from 'node:fs/promises';

/** The file to which an image is downloaded. */
export interface ImageFile {
  readonly write: (piece: Buffer) => Promise<void>;
  /** @returns the size in bytes */
  finish(): Promise<number>;
  /** Removes what was written so far. */
  discard(): Promise<void>;
}

/** Most images are smaller, and are written at once. */
const GATHERED_BYTES = 2 ** 20;

/** Creates the file when the first piece is written to it. It is not synced: after a crash it is downloaded again. */
export function createImageFile(path: string): ImageFile {
  let handle: FileHandle | null = null;
  let gathered: Buffer[] = [];
  let gatheredBytes = 0;
  let writtenBytes = 0;

  async function flush(): Promise<void> {
    handle ??= await open(path, 'w');
    const pieces = gathered;
    const bytes = gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
    // The pieces are not copied into one: V8 collects garbage as often as buffers have filled its limit.
    const { bytesWritten } = await handle.writev(pieces);
    if (bytesWritten < bytes) {
      // As when the disk is almost full. Unlike `writev`, `writeFile` goes on after a part.
      await handle.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
    }
    writtenBytes += bytes;
  }

  return {
    async write(piece) {
      gathered.push(piece);
      gatheredBytes += piece.length;
      if (gatheredBytes >= GATHERED_BYTES) await flush();
    },
    async finish() {
      await flush();
      await handle?.close();
      return writtenBytes;
    },
    async discard() {
      await handle?.close().catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}
