import sharp, { type Metadata } from 'sharp';
import { ImageError, messageOf } from '../errors';
import type { ImageFormat } from '../records/types';
import { hidesMetadata } from './hiddenMetadata';
import { nameOf, servedFormatOf } from './recognize';

/**
 * Everything that libvips can load is refused, then the loaders of the formats that we serve are let in:
 * no SVG, PDF, ImageMagick or raw camera loader ever sees bytes from the internet.
 */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadHeifBuffer',
    'VipsForeignLoadNsgifBuffer',
    'VipsForeignLoadTiffBuffer',
  ],
});

/** Images are all different: nothing would be found in the cache, and it would hold on to memory. */
sharp.cache(false);
/** Images are worked on beside one another; more threads for each would only wait for their turn. */
sharp.concurrency(1);

export interface Inspected {
  readonly format: ImageFormat;
  /** Pixels as stored, of one frame. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly hasAlpha: boolean;
  /** Stored upright, and without EXIF, XMP or IPTC. */
  readonly isBare: boolean;
  /** EXIF says that width and height change places. */
  readonly isTurned: boolean;
}

/**
 * Reads what the header says.
 *
 * @throws ImageError `not_an_image`, `unsupported_format` or `corrupt_image`
 */
export async function inspect(bytes: Buffer): Promise<Inspected> {
  const metadata = await readMetadata(bytes).catch((error: unknown) => {
    throw unreadable(bytes, error);
  });
  const { width, height, orientation = 1, pages = 1 } = metadata;
  return {
    format: formatOf(metadata),
    width,
    height,
    frames: pages,
    hasAlpha: metadata.hasAlpha,
    isBare:
      orientation === 1 &&
      metadata.exif === undefined &&
      metadata.xmp === undefined &&
      metadata.iptc === undefined &&
      !hidesMetadata(bytes, metadata),
    isTurned: orientation >= 5,
  };
}

/** Whatever the size: the caller limits it, and says so. */
async function readMetadata(bytes: Buffer): Promise<Metadata> {
  // sharp throws on no bytes before it makes a promise.
  if (bytes.length === 0) throw new Error('unsupported image format');
  return sharp(bytes, { limitInputPixels: false }).metadata();
}

function formatOf({ format, compression }: Metadata): ImageFormat {
  switch (format) {
    case 'jpeg':
    case 'png':
    case 'webp':
    case 'gif':
    case 'tiff':
      return format;
    case 'heif':
      if (compression === 'av1') return 'avif';
      throw unsupported('HEIC');
    default:
      throw unsupported(format);
  }
}

function unreadable(bytes: Buffer, error: unknown): ImageError {
  const name = nameOf(bytes);
  if (typeof name !== 'string') return unsupported(name.unsupported);
  const isUnknown = messageOf(error).includes('unsupported image format');
  if (!isUnknown || servedFormatOf(bytes) !== null) return corrupt(error);
  return ImageError.permanent('not_an_image', `Expected an image, received ${name}`, error);
}

function unsupported(format: string): ImageError {
  return ImageError.permanent(
    'unsupported_format',
    `Expected JPEG, PNG, WebP, AVIF, GIF or TIFF, received ${format}`,
  );
}

export function corrupt(error: unknown): ImageError {
  const [reason = ''] = messageOf(error).split('\n');
  return ImageError.permanent(
    'corrupt_image',
    `Expected a whole image, received a broken one: ${reason}`,
    error,
  );
}
