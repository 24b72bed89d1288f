import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A picture of `test/cases/img`: made after public reports of pictures that tools refuse or get wrong. */
export function casePicture(name: string): Buffer {
  return readFileSync(join(__dirname, '../cases/img', name));
}
