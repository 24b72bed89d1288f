import sharp, { type Metadata } from 'sharp';
import { ImageError } from '../errors';
import type { ImageFormat } from '../../contract/formats';
import type { Meaning } from './colours/definitions';
import { nameOf, servedFormatOf } from './recognize';
import type { Structure } from './structure/structure';
import { walk } from './structure/walk';

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
/** Images are worked on beside one another; more threads for each would only wait for each other. */
sharp.concurrency(1);

export interface Inspected {
  readonly format: ImageFormat;
  /** Pixels as stored, of one frame. */
  readonly width: number;
  readonly height: number;
  /** Frames or pages that the decoder can read. */
  readonly frames: number;
  /** Frames or pages that are in the file. */
  readonly framesInFile: number;
  readonly hasAlpha: boolean;
  /** Shows the picture upright in sRGB and holds nothing else: the bytes may be kept. */
  readonly isBare: boolean;
  /** EXIF says that width and height change places. */
  readonly isTurned: boolean;
  /** The bytes in the form that the decoder is given. */
  readonly decodable: Buffer;
  readonly readData: Structure['readData'];
  readonly isDoubtful: boolean;
  readonly isExact: Structure['isExact'];
  readonly colours: Colours;
  /** The error to raise when the decoder refuses: told from these bytes, never from its message. */
  refused(cause: unknown): ImageError;
}

/** What the decoder has to know to show the colours that a browser shows. */
export interface Colours {
  readonly isCmyk: boolean;
  readonly isGrey: boolean;
  readonly isDeep: boolean;
  /** The profile to convert from; `undefined` where there is none, or none that a browser would take. */
  readonly profile: Buffer | undefined;
  readonly ignoresProfile: boolean;
  /** Colours that are to be converted beside the decoder. */
  readonly meaning: Meaning | null;
}

/**
 * Reads what the file says of itself. What it is called when it cannot be read is told from its own bytes: libvips
 * has one buffer of messages for all threads, and what stands in it may be about another image.
 *
 * @throws ImageError `not_an_image`, `unsupported_format` or `corrupt_image`
 */
export async function inspect(bytes: Buffer): Promise<Inspected> {
  const format = servedFormatOf(bytes);
  if (format === null) throw notServed(bytes);
  const structure = walk(bytes, format);
  if (structure.fault !== null) throw corrupt(format, structure.fault);
  const refused = (cause: unknown) =>
    structure.unusual === null
      ? corrupt(format, structure.suspicion, cause)
      : unsupported(structure.unusual, cause);
  // Whatever the size: the caller limits it, and says so.
  const metadata = await sharp(structure.decodable, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw refused(error);
    });
  if (metadata.format === 'heif' && metadata.compression !== 'av1') throw unsupported('HEIC');
  return { ...described(format, structure, metadata), refused };
}

function described(
  format: ImageFormat,
  structure: Structure,
  metadata: Metadata,
): Omit<Inspected, 'refused'> {
  const { isClean, decodable, frames, ignoresProfile, meaning } = structure;
  const { readData, isDoubtful, isExact } = structure;
  const { width, height, orientation = 1, pages = 1 } = metadata;
  const { exif, xmp, iptc, icc, hasAlpha } = metadata;
  // Declared as a closed list of names, which lacks some that libvips has.
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
    isTurned: orientation >= 5,
    decodable,
    readData,
    isDoubtful,
    isExact,
    colours: {
      isCmyk: space === 'cmyk',
      isGrey,
      isDeep: space === 'rgb16' || space === 'grey16',
      profile: ignoresProfile ? undefined : icc,
      ignoresProfile,
      meaning,
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
    `Expected a whole image, received a broken one: the ${NAMES[format]} ${fault}`,
    cause,
  );
}
