import { unlink } from 'node:fs/promises';

/** The file of an image that is to be compressed. */
export interface Source {
  readonly file: string;
  readonly bytes: number;
  /** Lets other images follow, while this one waits or is compressed. May be called more than once. */
  releasePermit(): void;
  /** Removes the file, and releases the permit. */
  remove(): Promise<void>;
}

export function createSource(file: string, bytes: number, release: () => void): Source {
  let isReleased = false;
  const releasePermit = () => {
    if (!isReleased) release();
    isReleased = true;
  };
  return {
    file,
    bytes,
    releasePermit,
    async remove() {
      releasePermit();
      // Not `rm`, which looks at the file first, synchronously.
      await unlink(file).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
    },
  };
}
