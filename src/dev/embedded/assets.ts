import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Returns the path of a file of this folder that is not TypeScript. The build does not copy it to `dist`. */
export function assetFile(...names: readonly string[]): string {
  const beside = path.join(__dirname, ...names);
  return existsSync(beside)
    ? beside
    : path.join(__dirname, '..', '..', '..', '..', 'src', 'dev', 'embedded', ...names);
}

/** Returns a hash for the names of what is built from a file, so that a changed file is built again. */
export function contentHash(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
}
