/** Variants of TIFF 6.0 and its supplements that our libtiff or libvips cannot decode. */

export const JPEG_COMPRESSION = 7;
const [GREY_WHITE, GREY_BLACK, RGB, PALETTE, CMYK, YCBCR] = [0, 1, 2, 3, 5, 6];

/** None, CCITT (three variants), LZW, JPEG, deflate, PackBits, deflate (old number), WebP. */
const DECODED_COMPRESSIONS = [1, 2, 3, 4, 5, JPEG_COMPRESSION, 8, 32_773, 32_946, 50_001];
const COMPRESSIONS: Readonly<Record<number, string>> = {
  6: 'old-style JPEG',
  32_809: 'ThunderScan',
  34_661: 'JBIG',
  34_676: 'SGI LogLuv',
  34_677: 'SGI LogLuv',
  34_712: 'JPEG 2000',
  34_887: 'LERC',
  34_925: 'LZMA',
  50_000: 'Zstandard',
  50_002: 'JPEG XL',
};

const COLOURS: Readonly<Record<number, string>> = {
  [RGB]: 'RGB',
  [PALETTE]: 'palette colours',
  [CMYK]: 'CMYK',
  [YCBCR]: 'YCbCr',
  8: 'CIE Lab',
  9: 'ICC Lab',
  10: 'ITU Lab',
  32_803: 'a sensor mosaic',
  32_844: 'SGI LogL',
  32_845: 'SGI LogLuv',
  34_892: 'raw linear light',
};
/** Colours that are decoded, with the supported bits per sample. */
const DECODED_BITS: Readonly<Record<number, readonly number[]>> = {
  [GREY_WHITE]: [1, 2, 4, 8, 16, 32],
  [GREY_BLACK]: [1, 2, 4, 8, 16, 32],
  [RGB]: [8, 16, 32],
  [PALETTE]: [1, 2, 4, 8, 16],
  [CMYK]: [8, 16, 32],
  [YCBCR]: [8],
};

/** Returns the name of a valid TIFF variant that the decoder may not support, or `null`. */
export function unusualTiff(compression: number, colours: number, bits: number): string | null {
  if (!DECODED_COMPRESSIONS.includes(compression)) {
    return `a TIFF compressed with ${COMPRESSIONS[compression] ?? `method ${compression}`}`;
  }
  const name = COLOURS[colours];
  const decoded = DECODED_BITS[colours];
  if (decoded === undefined) return `a TIFF in ${name ?? `colours of type ${colours}`}`;
  if (decoded.includes(bits)) {
    const isPlainYcc = colours === YCBCR && compression !== JPEG_COMPRESSION;
    return isPlainYcc ? 'a TIFF in YCbCr that is not compressed with JPEG' : null;
  }
  const size = `${bits} ${bits === 1 ? 'bit' : 'bits'} per sample`;
  return name === undefined ? `a TIFF with ${size}` : `a TIFF with ${size} in ${name}`;
}
