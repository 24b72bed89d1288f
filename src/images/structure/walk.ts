import type { ImageFormat } from '../../../contract/formats';
import { walkAvif } from './avif';
import { walkGif } from './gif';
import { walkJpeg } from './jpeg';
import { walkPng } from './png';
import { structure, type Structure } from './structure';
import { walkTiff } from './tiff';
import { walkWebp } from './webp';

const WALKS: Readonly<Record<ImageFormat, (bytes: Buffer) => Structure>> = {
  jpeg: walkJpeg,
  png: walkPng,
  webp: walkWebp,
  avif: walkAvif,
  gif: walkGif,
  tiff: walkTiff,
};

/**
 * Reads the structure of a file without decoding it.
 *
 * @param format the format whose signature the bytes begin with
 */
export function walk(bytes: Buffer, format: ImageFormat): Structure {
  try {
    return WALKS[format](bytes);
  } catch {
    // An unexpected number points outside the file. The bytes may still contain parts that a walk would have
    // removed, so they must not be decoded.
    return structure(bytes, { fault: 'has parts that cannot be read' });
  }
}
