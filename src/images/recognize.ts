import type { ImageFormat } from '../records/types';

/**
 * What bytes are, told by how they begin and by nothing else: no decoder is asked, so that no message of one
 * decides what a file is called.
 */

/** The formats that we serve, by their signatures. */
const SERVED_FORMATS: readonly (readonly [format: ImageFormat, beginning: RegExp])[] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG/],
  ['webp', /^RIFF[^]{4}WEBP/],
  ['avif', /^[^]{4}ftypavi[fs]/],
  ['gif', /^GIF8/],
  ['tiff', /^(II\*\0|MM\0\*)/],
];

/** Formats that are images but none that we serve, by how their files begin. */
const OTHER_FORMATS: readonly (readonly [name: string, beginning: RegExp])[] = [
  // Of one repetition only: origins write what is matched, and must not make it try for ever.
  ['SVG', /^(\xef\xbb\xbf)?\s*<(svg[\s>]|(\?xml|!--|!doctype\s+svg)[^]*<svg[\s>])/i],
  ['PDF', /^%PDF-/],
  ['BMP', /^BM[\s\S]{4}\0\0\0\0/],
  ['ICO', /^\0\0[^\0]\0/],
  ['PSD', /^8BPS/],
  ['JPEG XL', /^(\xff\n|\0\0\0\fJXL )/],
  ['JPEG 2000', /^(\xff\x4f\xff\x51|\0\0\0\fjP {2})/],
  ['HEIC', /^[\s\S]{4}ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/],
  ['PNM', /^P[1-7]\s/],
];

const BEGINNING_BYTES = 1024;

/** The format that we serve whose signature the bytes begin with; a file that is broken further on has it too. */
export function servedFormatOf(bytes: Buffer): ImageFormat | null {
  const beginning = beginningOf(bytes);
  return SERVED_FORMATS.find(([, pattern]) => pattern.test(beginning))?.[0] ?? null;
}

/**
 * What bytes without such a signature are called, to stand behind "received": the name of an image format
 * that we do not serve, or of something that is no image at all.
 */
export function nameOf(bytes: Buffer): string | { readonly unsupported: string } {
  if (bytes.length === 0) return 'no bytes';
  const beginning = beginningOf(bytes);
  const other = OTHER_FORMATS.find(([, pattern]) => pattern.test(beginning));
  if (other !== undefined) return { unsupported: other[0] };
  return /^\s*<(!doctype html|html)/i.test(beginning) ? 'an HTML page' : 'bytes of no known format';
}

/** One character a byte. */
function beginningOf(bytes: Buffer): string {
  return bytes.toString('latin1', 0, BEGINNING_BYTES);
}
