/** TIFF 6.0 and its supplements: kinds of TIFF that exist and that our libtiff or libvips cannot decode. */

export const JPEG_COMPRESSION = 7;
const [GREY_WHITE, GREY_BLACK, RGB, PALETTE, CMYK, YCBCR] = [0, 1, 2, 3, 5, 6];

/** None, CCITT, LZW, JPEG, deflate, PackBits, deflate by its older number, and WebP. */
const DECODED_COMPRESSIONS = [1, 2, 3, 4, 5, JPEG_COMPRESSION, 8, 32_773, 32_946, 50_001];
const COMPRESSIONS: Readonly<Record<number, string>> = {
  6: 'JPEG of the old kind',
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
  [PALETTE]: 'a palette',
  [CMYK]: 'CMYK',
  [YCBCR]: 'YCbCr',
  8: 'CIE Lab',
  9: 'ICC Lab',
  10: 'ITU Lab',
  32_803: 'the mosaic of a sensor',
  32_844: 'SGI LogL',
  32_845: 'SGI LogLuv',
  34_892: 'raw linear light',
};
/** Colours that are decoded, with the bits of a sample. */
const DECODED_BITS: Readonly<Record<number, readonly number[]>> = {
  [GREY_WHITE]: [1, 2, 4, 8, 16, 32],
  [GREY_BLACK]: [1, 2, 4, 8, 16, 32],
  [RGB]: [8, 16, 32],
  [PALETTE]: [1, 2, 4, 8, 16],
  [CMYK]: [8, 16, 32],
  [YCBCR]: [8],
};

/** What to call a TIFF that the decoder may be unable to decode though nothing is wrong with it; `null`: it can. */
export function unusualTiff(compression: number, colours: number, bits: number): string | null {
  if (!DECODED_COMPRESSIONS.includes(compression)) {
    return `a TIFF compressed with ${COMPRESSIONS[compression] ?? `method ${compression}`}`;
  }
  const name = COLOURS[colours];
  const decoded = DECODED_BITS[colours];
  if (decoded === undefined) return `a TIFF in ${name ?? `colours of kind ${colours}`}`;
  if (decoded.includes(bits)) {
    const isPlainYcc = colours === YCBCR && compression !== JPEG_COMPRESSION;
    return isPlainYcc ? 'a TIFF in YCbCr that is not compressed with JPEG' : null;
  }
  const size = `${bits} ${bits === 1 ? 'bit' : 'bits'} a sample`;
  return name === undefined ? `a TIFF of ${size}` : `a TIFF of ${size} in ${name}`;
}
