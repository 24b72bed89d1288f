import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

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

/** Folders of other processes without a change for this long belong to processes that died. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/**
 * Creates the spool of this process and removes what an earlier one left: at once what this process had before a
 * restart, and after a day what others had.
 *
 * @param owner by default host name and process id: a container that restarts keeps both
 */
export async function openSpool(
  dataDir: string,
  maxBytes: number,
  owner = `${hostname()}-${process.pid}`,
): Promise<Spool> {
  const root = path.join(dataDir, 'uploads');
  const dir = path.join(root, owner);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  for (const name of await readdir(root)) {
    const { mtimeMs } = await stat(path.join(root, name));
    const isAbandoned = name !== owner && Date.now() - mtimeMs > ABANDONED_MS;
    if (isAbandoned) await rm(path.join(root, name), { recursive: true, force: true });
  }
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
