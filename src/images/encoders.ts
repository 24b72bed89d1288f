import type { Sharp } from 'sharp';
import type { CompressOptions, ImageFormat } from '../../contract/formats';
import { hasShades, fromPixels, readPixels, roundColours } from './shades';

type Effort = CompressOptions['effort'];
type Encode = (image: Sharp, quality: number, hasAlpha: boolean) => Sharp | Promise<Sharp>;

/** The `quality` at which formats that support it are encoded without loss. */
const LOSSLESS = 100;

/**
 * Quantises a PNG to a palette (libimagequant), which makes it several times smaller and takes most of the
 * encoding time. When transparency changes gradually, all alpha values are kept and the colours are rounded
 * instead.
 */
const quantised =
  (effort: number): Encode =>
  async (image, quality, hasAlpha) => {
    if (quality === LOSSLESS) return image.png({ compressionLevel: 9 });
    const palette = { palette: true, quality, effort, compressionLevel: 9 };
    if (!hasAlpha) return image.png(palette);
    const pixels = await readPixels(image);
    if (!(await hasShades(pixels))) return fromPixels(pixels).png(palette);
    await roundColours(pixels);
    return fromPixels(pixels).png({ compressionLevel: 9, adaptiveFiltering: true });
  };

/**
 * The encoder settings of each `effort`, which trades CPU time for size. `balanced` is sharp's default where
 * there is one. docs/decisions/effort.md has the measured cost of each.
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
    // Effort 7 takes three to nine times as long and saves at most 4 % of the bytes.
    small: (image, quality) => image.avif({ quality }),
  },
  // `quality` does not apply to GIF, which has 256 colours, and TIFF, which is used because it is lossless.
  gif: {
    // Measured: effort 1 takes longer than 4 and makes a larger file.
    fast: (image) => image.gif({ effort: 4 }),
    balanced: (image) => image.gif(),
    // The palette of the original is reused, so more effort changes nothing.
    small: (image) => image.gif(),
  },
  tiff: {
    fast: (image) => image.tiff({ compression: 'lzw' }),
    balanced: (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
    // Zstandard would be smaller, but the libvips that sharp bundles is built without it.
    small: (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
  },
};

/** Maximum pixels per side that the format can store. */
export const MAX_SIDE: Readonly<Partial<Record<ImageFormat, number>>> = {
  jpeg: 65_535,
  webp: 16_383,
  avif: 16_384,
  gif: 65_535,
};

export const CAN_ANIMATE: readonly ImageFormat[] = ['gif', 'webp'];
export const CAN_BE_TRANSPARENT: readonly ImageFormat[] = ['png', 'webp', 'avif', 'gif', 'tiff'];
