import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

/** Folders of other machines without a change for this long belong to processes that died. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/**
 * Creates a folder for files that only this process needs, and removes what others left: at once what this process
 * had before a restart, and what processes had that died on this machine; after a day what those of other machines
 * had.
 *
 * @param owner by default host name and process id: a container that restarts keeps both
 * @returns its path
 */
export async function openScratch(
  root: string,
  owner = `${hostname()}-${process.pid}`,
): Promise<string> {
  const dir = path.join(root, owner);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  for (const name of await readdir(root)) {
    if (name !== owner && (await isAbandoned(path.join(root, name)))) {
      await rm(path.join(root, name), { recursive: true, force: true });
    }
  }
  return dir;
}

async function isAbandoned(file: string): Promise<boolean> {
  const [, host, pid] = /^(.*)-(\d+)$/.exec(path.basename(file)) ?? [];
  if (host === hostname() && !isRunning(Number(pid))) return true;
  const { mtimeMs } = await stat(file);
  return Date.now() - mtimeMs > ABANDONED_MS;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process of another user may not be signalled.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
