import sharp, { type Metadata } from 'sharp';
import { ImageError } from '../errors';
import type { ImageFormat } from '../../contract/formats';
import type { ColourSpace } from './colours/definitions';
import { nameOf, servedFormatOf } from './recognize';
import type { Structure } from './structure/structure';
import { walk } from './structure/walk';

/**
 * Blocks all loaders of libvips, then unblocks those of the formats that we serve. No SVG, PDF, ImageMagick or
 * camera raw loader ever gets bytes from the internet.
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

/** Every image is different, so the cache would only use memory. */
sharp.cache(false);
/** Images are processed in parallel, so more threads for each one would only compete. */
sharp.concurrency(1);

export interface Inspected {
  readonly format: ImageFormat;
  /** Pixels as stored, of one frame. */
  readonly width: number;
  readonly height: number;
  /** Frames or pages that the decoder can read. */
  readonly frames: number;
  /** Frames or pages in the file. */
  readonly framesInFile: number;
  readonly hasAlpha: boolean;
  /** The file contains only the picture, upright and in sRGB, so the original bytes may be kept. */
  readonly isBare: boolean;
  /** The EXIF orientation swaps width and height. */
  readonly isTransposed: boolean;
  /** The bytes that are passed to the decoder. */
  readonly decodable: Buffer;
  readonly readData: Structure['readData'];
  readonly needsDataCheck: boolean;
  readonly isExact: Structure['isExact'];
  readonly colours: Colours;
  /**
   * Returns the error for a picture that the decoder rejects. It is derived from the bytes, not from libvips'
   * message.
   */
  decodeError(cause: unknown): ImageError;
}

/** What is needed to decode the colours as a browser shows them. */
export interface Colours {
  readonly isCmyk: boolean;
  readonly isGrey: boolean;
  readonly isDeep: boolean;
  /** The profile to convert from; `undefined` without a profile that a browser would use. */
  readonly profile: Buffer | undefined;
  readonly ignoresProfile: boolean;
  /** The colour space that we convert from ourselves, since the decoder ignores it. */
  readonly colourSpace: ColourSpace | null;
}

/**
 * Reads the metadata and the structure of an image. Error messages are derived from its own bytes: libvips has
 * one message buffer for all threads, which may contain a message about another image.
 *
 * @throws ImageError `not_an_image`, `unsupported_format` or `corrupt_image`
 */
export async function inspect(bytes: Buffer): Promise<Inspected> {
  const format = servedFormatOf(bytes);
  if (format === null) throw notServed(bytes);
  const structure = walk(bytes, format);
  if (structure.fault !== null) throw corrupt(format, structure.fault);
  const decodeError = (cause: unknown) =>
    structure.unusual === null
      ? corrupt(format, structure.suspicion, cause)
      : unsupported(structure.unusual, cause);
  // Not limited here: the caller checks the size and reports it.
  const metadata = await sharp(structure.decodable, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw decodeError(error);
    });
  if (metadata.format === 'heif' && metadata.compression !== 'av1') throw unsupported('HEIC');
  return { ...described(format, structure, metadata), decodeError };
}

function described(
  format: ImageFormat,
  structure: Structure,
  metadata: Metadata,
): Omit<Inspected, 'decodeError'> {
  const { isClean, decodable, frames, ignoresProfile, colourSpace } = structure;
  const { readData, needsDataCheck, isExact } = structure;
  const { width, height, orientation = 1, pages = 1 } = metadata;
  const { exif, xmp, iptc, icc, hasAlpha } = metadata;
  // sharp declares a closed list of names, which lacks some of libvips'.
  const space: string = metadata.space;
  const isGrey = space === 'b-w' || space === 'grey16';
  return {
    format,
    width,
    height,
    frames: pages,
    framesInFile: Math.max(pages, frames ?? 1),
    hasAlpha,
    isBare:
      isClean &&
      orientation === 1 &&
      [exif, xmp, iptc, icc].every((part) => part === undefined) &&
      (isGrey || space === 'srgb' || space === 'rgb16'),
    isTransposed: orientation >= 5,
    decodable,
    readData,
    needsDataCheck,
    isExact,
    colours: {
      isCmyk: space === 'cmyk',
      isGrey,
      isDeep: space === 'rgb16' || space === 'grey16',
      profile: ignoresProfile ? undefined : icc,
      ignoresProfile,
      colourSpace,
    },
  };
}

function notServed(bytes: Buffer): ImageError {
  const name = nameOf(bytes);
  if (typeof name !== 'string') return unsupported(name.unsupported);
  return ImageError.permanent('not_an_image', `Expected an image, received ${name}`);
}

function unsupported(format: string, cause?: unknown): ImageError {
  return ImageError.permanent(
    'unsupported_format',
    `Expected JPEG, PNG, WebP, AVIF, GIF or TIFF, received ${format}`,
    cause,
  );
}

const NAMES: Readonly<Record<ImageFormat, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
  gif: 'GIF',
  tiff: 'TIFF',
};

function corrupt(format: ImageFormat, fault: string, cause?: unknown): ImageError {
  return ImageError.permanent(
    'corrupt_image',
    `Expected an intact image, received a corrupt one: the ${NAMES[format]} ${fault}`,
    cause,
  );
}
