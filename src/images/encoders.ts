import type { Sharp } from 'sharp';
import type { CompressOptions, ImageFormat } from '../../contract/formats';
import { hasShades, ofPixels, readPixels, roundColours } from './shades';

type Effort = CompressOptions['effort'];
type Encode = (image: Sharp, quality: number, hasAlpha: boolean) => Sharp | Promise<Sharp>;

/** Above it `quality` asks for no loss where the format can do without. */
const LOSSLESS = 100;

/**
 * Fewer colours (libimagequant) make a PNG several times smaller, and cost most of its time. Where transparency
 * changes gradually all alphas are kept instead, and colours are rounded.
 */
const quantised =
  (effort: number): Encode =>
  async (image, quality, hasAlpha) => {
    if (quality === LOSSLESS) return image.png({ compressionLevel: 9 });
    const palette = { palette: true, quality, effort, compressionLevel: 9 };
    if (!hasAlpha) return image.png(palette);
    const pixels = await readPixels(image);
    if (!(await hasShades(pixels))) return ofPixels(pixels).png(palette);
    await roundColours(pixels);
    return ofPixels(pixels).png({ compressionLevel: 9, adaptiveFiltering: true });
  };

/**
 * What `effort` means for each format: CPU against bytes. `balanced` is sharp's own default where that
 * exists. docs/decisions/effort.md has the measured cost of each.
 */
export const ENCODERS: Readonly<Record<ImageFormat, Readonly<Record<Effort, Encode>>>> = {
  jpeg: {
    fast: (image, quality) => image.jpeg({ quality, optimiseCoding: false }),
    balanced: (image, quality) => image.jpeg({ quality }),
    small: (image, quality) => image.jpeg({ quality, mozjpeg: true }),
  },
  png: {
    fast: (image) => image.png({ compressionLevel: 6 }),
    balanced: quantised(4),
    small: quantised(10),
  },
  webp: {
    fast: (image, quality) => image.webp({ quality, effort: 1 }),
    balanced: (image, quality) => image.webp({ quality }),
    small: (image, quality) => image.webp({ quality, effort: 6 }),
  },
  avif: {
    fast: (image, quality) => image.avif({ quality, effort: 1 }),
    balanced: (image, quality) => image.avif({ quality }),
    // Effort 7 takes three to nine times as long, for 4 % fewer bytes at the very best.
    small: (image, quality) => image.avif({ quality }),
  },
  // GIF and TIFF have no quality: GIF has 256 colours anyway, and a TIFF is kept for being exact.
  gif: {
    // Measured: with effort 1 it takes longer than with 4, and the file is larger.
    fast: (image) => image.gif({ effort: 4 }),
    balanced: (image) => image.gif(),
    // The palette is the original's: more effort finds nothing to improve.
    small: (image) => image.gif(),
  },
  tiff: {
    fast: (image) => image.tiff({ compression: 'lzw' }),
    balanced: (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
    // Zstandard would be smaller, but sharp's own libvips is built without it.
    small: (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
  },
};

/** Pixels a side that the format's container can say. */
export const MAX_SIDE: Readonly<Partial<Record<ImageFormat, number>>> = {
  jpeg: 65_535,
  webp: 16_383,
  avif: 16_384,
  gif: 65_535,
};

export const CAN_MOVE: readonly ImageFormat[] = ['gif', 'webp'];
export const CAN_BE_TRANSPARENT: readonly ImageFormat[] = ['png', 'webp', 'avif', 'gif', 'tiff'];
