import sharp from 'sharp';
import { compress as compressWith } from '../../src/images/compress';
import type { CompressOptions, ImageFormat } from '../../contract/formats';
import { animation, avif, photo, picture, tiff, webp } from './pictures';

/** Returns the default options of an upload, with the given changes. */
export function options(given: Partial<CompressOptions>): CompressOptions {
  const defaults = { quality: 50, format: 'keep', effort: 'balanced' } as const;
  return { ...defaults, max_width: null, max_height: null, ...given };
}

export const compress = (bytes: Buffer, given: Partial<CompressOptions> = {}) =>
  compressWith(bytes, options(given), { MAX_IMAGE_PIXELS: 1_000_000 });

/** Options that keep the shown pixels exactly. */
export const EXACT = { format: 'png', quality: 100 } as const;

export const opaquePng = () => picture(200, 150).png().toBuffer();

/** A picture in each format that is served. */
export const SOURCES: readonly (readonly [ImageFormat, () => Promise<Buffer>])[] = [
  ['jpeg', photo],
  ['png', opaquePng],
  ['webp', webp],
  ['avif', avif],
  ['gif', animation],
  ['tiff', tiff],
];
export const TARGETS = ['jpeg', 'png', 'webp', 'avif'] as const;

export async function formatOf(bytes: Buffer): Promise<string> {
  const { format } = await sharp(bytes).metadata();
  return format === 'heif' ? 'avif' : format;
}

export const movingWebp = async () =>
  sharp(await animation(), { animated: true })
    .webp()
    .toBuffer();
