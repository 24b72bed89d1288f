import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** Returns a folder outside of any checkout, so that servers are provisioned once per user. */
export function cacheDir(): string {
  const named = process.env['XDG_CACHE_HOME'] ?? '';
  // The XDG Base Directory Specification requires an empty or relative path to be ignored.
  const base = path.isAbsolute(named) ? named : path.join(homedir(), '.cache');
  return path.join(base, 'image-processor');
}

/** Returns the folder of an installation; `null` when it is not installed. */
export function cached(name: string): string | null {
  const folder = path.join(cacheDir(), name);
  return existsSync(folder) ? folder : null;
}

/**
 * Installs a folder into the cache atomically, also when two processes do so at once.
 *
 * @param install fills the empty folder that it receives
 */
export async function installOnce(
  name: string,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const installed = cached(name);
  if (installed !== null) return installed;
  await mkdir(cacheDir(), { recursive: true });
  const draft = await mkdtemp(path.join(cacheDir(), 'installing-'));
  try {
    await install(draft);
    const target = path.join(cacheDir(), name);
    await rename(draft, target).catch((error: unknown) => {
      // Another process was first; its folder is used.
      if (cached(name) === null) throw error;
    });
    return target;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
