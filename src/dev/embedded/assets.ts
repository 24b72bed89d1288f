import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A file of this folder that is no TypeScript: it is not in `dist`, which lies in the source tree. */
export function assetFile(...names: readonly string[]): string {
  const beside = path.join(__dirname, ...names);
  return existsSync(beside)
    ? beside
    : path.join(__dirname, '..', '..', '..', '..', 'src', 'dev', 'embedded', ...names);
}

/** For the name of what is made of a file: another release of ours has another one. */
export function contentHash(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
}
