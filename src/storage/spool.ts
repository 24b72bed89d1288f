import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { openScratch } from './scratch';

/** The folder in which one process receives uploads. It is local, whatever the storage backend. */
export interface Spool {
  readonly dir: string;
  /** Counts bytes that are about to be written. @returns false when the spool would exceed its limit */
  add(bytes: number): boolean;
  /** Counts bytes of files that were removed. */
  subtract(bytes: number): void;
  /** Whether the disk has more free space than the reserve. */
  hasRoom(): Promise<boolean>;
}

/** Left free for MongoDB, Temporal and the files of running requests, which may be on the same disk. */
const RESERVE_BYTES = 256 * 2 ** 20;

/** @param owner only for tests */
export async function openSpool(dataDir: string, maxBytes: number, owner?: string): Promise<Spool> {
  const dir = await openScratch(path.join(dataDir, 'uploads'), owner);
  let used = 0;

  return {
    dir,
    add(bytes) {
      if (used + bytes > maxBytes) return false;
      used += bytes;
      return true;
    },
    subtract(bytes) {
      used -= bytes;
    },
    async hasRoom() {
      const { bavail, bsize } = await statfs(dir);
      return bavail * bsize > RESERVE_BYTES;
    },
  };
}
