/* eslint-disable no-control-regex -- signatures of binary files consist of control characters */
import type { ImageFormat } from '../../contract/formats';
import { markupName } from './markup';

/**
 * Recognizes files by their first bytes only. No decoder is involved, so its error messages cannot affect the
 * result.
 */

/** Signatures of the formats that we serve. */
const SERVED_FORMATS: readonly (readonly [format: ImageFormat, beginning: RegExp])[] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG/],
  ['webp', /^RIFF[^]{4}WEBP/],
  ['gif', /^GIF8/],
  ['tiff', /^(II[*+]\0|MM\0[*+])/],
];

/** Signatures of image formats that we do not serve. */
const OTHER_FORMATS: readonly (readonly [name: string, beginning: RegExp])[] = [
  ['PDF', /^%PDF-/],
  ['PostScript', /^(%!PS|\xc5\xd0\xd3\xc6)/],
  ['BMP', /^BM[^]{4}\0\0\0\0/],
  ['ICO', /^\0\0[\x01\x02]\0/],
  ['PSD', /^8BPS/],
  ['JPEG XL', /^(\xff\n|\0\0\0\fJXL )/],
  ['JPEG 2000', /^(\xff\x4f\xff\x51|\0\0\0\fjP {2})/],
  ['JPEG XR', /^II\xbc[\0\x01]/],
  ['PNM', /^P[1-7]\s/],
  ['DDS', /^DDS /],
  ['QOI', /^qoif/],
  ['XCF', /^gimp xcf/],
];

/** Signatures of other files that links to images often lead to. */
const OTHER_FILES: readonly (readonly [name: string, beginning: RegExp])[] = [
  ['a ZIP archive', /^PK(\x03\x04|\x05\x06)/],
  ['a RAR archive', /^Rar!\x1a\x07/],
  ['gzip data', /^\x1f\x8b/],
  ['a WebM or Matroska video', /^\x1aE\xdf\xa3/],
  // Scripts that print images send the byte order mark of their own file first. No browser shows the result.
  [
    'an image after a byte order mark or white space',
    /^[\xef\xbb\xbf\s]{1,9}(\xff\xd8\xff|\x89PNG|GIF8)/,
  ],
  ['an AVI video', /^RIFF[^]{4}AVI /],
];

/** Brands of ISO base media files (ISO/IEC 23008-12), which determine their format. */
const AVIF_BRANDS = /^(avif|avis)$/;
const HEIC_BRANDS = /^(hei[cxms]|hev[cxms]|mif1|msf1)$/;

/** How much is searched for text; the title of a page begins earlier. */
const BEGINNING_BYTES = 64 * 1024;

/**
 * Returns the format that we serve whose signature the bytes begin with. The rest of the file may still be
 * corrupt.
 */
export function servedFormatOf(bytes: Buffer): ImageFormat | null {
  const beginning = bytes.toString('latin1', 0, 16);
  const format = SERVED_FORMATS.find(([, pattern]) => pattern.test(beginning))?.[0];
  return format ?? (brandsOf(bytes).some((brand) => AVIF_BRANDS.test(brand)) ? 'avif' : null);
}

/** The name that {@link nameOf} returns for bytes that it does not recognize. */
export const UNKNOWN = 'bytes of an unknown format';

/**
 * Names bytes without such a signature, to complete "received …" in a message: an image format that we do not
 * serve, or something that is not an image.
 */
export function nameOf(bytes: Buffer): string | { readonly unsupported: string } {
  if (bytes.length === 0) return 'no bytes';
  const beginning = bytes.toString('latin1', 0, 64);
  const image = OTHER_FORMATS.find(([, pattern]) => pattern.test(beginning));
  if (image !== undefined) return { unsupported: image[0] };
  const brands = brandsOf(bytes);
  if (brands.some((brand) => HEIC_BRANDS.test(brand))) return { unsupported: 'HEIC' };
  if (brands.includes('crx ')) return { unsupported: 'CR3' };
  if (brands.length > 0) return 'a video or audio file';
  const file = OTHER_FILES.find(([, pattern]) => pattern.test(beginning));
  return file?.[0] ?? nameOfText(textOf(bytes));
}

/** Returns the major and compatible brands of the `ftyp` box at the start of the file; empty without such a box. */
function brandsOf(bytes: Buffer): string[] {
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return [];
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 256);
  const starts = [8];
  for (let at = 16; at + 4 <= end; at += 4) starts.push(at);
  return starts.map((at) => bytes.toString('latin1', at, at + 4));
}

function nameOfText(text: string): string | { readonly unsupported: string } {
  // Text does not contain binary data bytes (WHATWG MIME Sniffing §3).
  if (/[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]/.test(text.slice(0, 1024))) return UNKNOWN;
  return markupName(text) ?? (isJson(text) ? 'JSON' : 'plain text');
}

function isJson(text: string): boolean {
  return /^\s*(\{\s*["}]|\[\s*(["{[\]\d-]|true|false|null))/.test(text);
}

/** Returns one character per byte, without a byte order mark. UTF-16 with such a mark is converted to UTF-8. */
function textOf(bytes: Buffer): string {
  const beginning = bytes.subarray(0, BEGINNING_BYTES);
  if (/^(\xff\xfe|\xfe\xff)/.test(beginning.toString('latin1', 0, 2))) return utf16(beginning);
  const text = beginning.toString('latin1');
  return text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text;
}

/** Converts UTF-16 to UTF-8, one character per byte, so that the other functions handle one encoding only. */
function utf16(bytes: Buffer): string {
  const even = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
  const littleEndian = bytes[0] === 0xff ? even : even.swap16();
  return Buffer.from(littleEndian.toString('utf16le')).toString('latin1');
}
