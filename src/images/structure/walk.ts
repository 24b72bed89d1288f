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

/** @param format whose signature the bytes begin with */
export function walk(bytes: Buffer, format: ImageFormat): Structure {
  try {
    return WALKS[format](bytes);
  } catch {
    // A number that points out of the file where a walk did not expect one. What the walk keeps from the decoder
    // may still be in these bytes: it must not get them.
    return structure(bytes, { fault: 'has parts that cannot be read' });
  }
}
