import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads a picture of `test/cases/img`, which reproduces a public report of pictures that tools reject or get wrong. */
export function casePicture(name: string): Buffer {
  return readFileSync(join(__dirname, '../cases/img', name));
}
