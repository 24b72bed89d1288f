import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** The folder in which uploads are received. It is local, whatever the storage backend. */
export function spoolDirOf(dataDir: string): string {
  return path.join(dataDir, 'uploads');
}

/** Creates the spool folder if needed and removes files that a process left there when it died. */
export async function prepareSpool(spoolDir: string): Promise<void> {
  await mkdir(spoolDir, { recursive: true });
  for (const name of await readdir(spoolDir)) {
    const file = path.join(spoolDir, name);
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(file, { force: true });
  }
}
