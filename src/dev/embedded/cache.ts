import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** Outside of any checkout, so that servers are provisioned once per user. */
export function cacheDir(): string {
  const named = process.env['XDG_CACHE_HOME'] ?? '';
  // An empty or relative one is to be ignored, says the XDG Base Directory Specification.
  const base = path.isAbsolute(named) ? named : path.join(homedir(), '.cache');
  return path.join(base, 'image-processor');
}

/** Where an installed thing is; `null` when it is not. */
export function cached(name: string): string | null {
  const place = path.join(cacheDir(), name);
  return existsSync(place) ? place : null;
}

/**
 * Installs a folder into the cache: whole or not at all, also when two processes do it at once.
 *
 * @param install fills the (empty) folder that it is given
 */
export async function installOnce(
  name: string,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const place = cached(name);
  if (place !== null) return place;
  await mkdir(cacheDir(), { recursive: true });
  const draft = await mkdtemp(path.join(cacheDir(), 'installing-'));
  try {
    await install(draft);
    const target = path.join(cacheDir(), name);
    await rename(draft, target).catch((error: unknown) => {
      // Another process was first: its folder is as good.
      if (cached(name) === null) throw error;
    });
    return target;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
