import type { Sharp } from 'sharp';
import type { Config } from '../config';
import { ImageError } from '../errors';
import type { CompressOptions, ImageFormat } from '../../contract/formats';
import { costOf, type Cost } from './cost';
import { CAN_ANIMATE, CAN_BE_TRANSPARENT, ENCODERS, MAX_SIDE } from './encoders';
import { inspect, type Inspected } from './inspect';
import { noteOf } from './notes';
import { openPicture } from './openPicture';

export interface Compressed {
  readonly bytes: Buffer;
  readonly width: number;
  /** Height of one frame. */
  readonly height: number;
  readonly format: ImageFormat;
  /** What the result leaves out, in one sentence, or `null`. */
  readonly note: string | null;
}

/** Animations with more frames are refused: each frame needs memory in addition to its pixels. */
const MAX_FRAMES = 1_000;

/**
 * The most pixels of an AVIF, read or written: its codec takes ten times the time and memory of others. Cameras of
 * phones have up to 12 or 24 megapixels.
 */
const MAX_AVIF_PIXELS = 25_000_000;

/**
 * Compresses one image. It cannot be interrupted: whoever limits its time or memory ends the process.
 *
 * @param admit called with the expected cost before the picture is decoded; what it throws is thrown
 * @throws ImageError
 */
export async function compress(
  bytes: Buffer,
  options: CompressOptions,
  { MAX_IMAGE_PIXELS }: Pick<Config, 'MAX_IMAGE_PIXELS'>,
  admit: (cost: Cost) => void = () => undefined,
): Promise<Compressed> {
  const image = await inspect(bytes);
  const format = options.format === 'keep' ? image.format : options.format;
  // The pages of a TIFF or AVIF are not an animation: only the first one is used.
  const isAnimatable = CAN_ANIMATE.includes(image.format) && CAN_ANIMATE.includes(format);
  const frames = isAnimatable ? image.frames : 1;
  const animated = frames > 1;
  const pixels = image.width * image.height * frames;
  if (pixels > MAX_IMAGE_PIXELS || frames > MAX_FRAMES) {
    throw tooManyPixels(`${MAX_IMAGE_PIXELS} pixels in ${MAX_FRAMES} frames`, image, frames);
  }
  // Animations are not rotated: libvips cannot.
  const size = fittedSize(image, options, image.isTransposed && !animated);
  if (Math.max(size.width, size.height) > (MAX_SIDE[format] ?? Infinity)) {
    throw tooManyPixels(`${MAX_SIDE[format] ?? 0} pixels per side for ${format}`, image, 1);
  }
  const isAvifTooLarge =
    (image.format === 'avif' && pixels > MAX_AVIF_PIXELS) ||
    (format === 'avif' && size.width * size.height > MAX_AVIF_PIXELS);
  if (isAvifTooLarge) {
    const limit = `${MAX_AVIF_PIXELS} pixels for avif`;
    throw tooManyPixels(limit, image, 1, '; set max_width or another format');
  }
  const { effort } = options;
  admit(costOf(image, { format, effort, frames, size, fileBytes: bytes.length }));
  const { data, info } = await decode().catch((error: unknown) => {
    // A bug of ours, or a lack of memory, is not an error of the image.
    throw isLibvipsError(error) ? image.decodeError(error) : error;
  });
  const mayKeep =
    data.length >= bytes.length && format === image.format && !size.isSmaller && image.isBare;
  const keepsOriginal = mayKeep && ((await image.isExact?.()) ?? true);
  return {
    bytes: keepsOriginal ? bytes : data,
    width: info.width,
    height: info.pageHeight ?? info.height,
    format,
    note: noteOf(image, format, animated ? image.frames : 1),
  };

  /**
   * Decodes and encodes the image. The picture data are read first when the decoder would not notice missing
   * data, and afterwards when the decoder rejects data that may only be irregular.
   */
  async function decode() {
    let decoderError: unknown;
    if (!image.needsDataCheck) {
      try {
        return await render(image);
      } catch (error) {
        if (!isLibvipsError(error)) throw error;
        decoderError = error;
      }
    }
    const decodable = (await image.readData?.()) ?? null;
    if (decodable === null) throw image.decodeError(decoderError);
    return render({ ...image, decodable });
  }

  async function render(from: Inspected) {
    const pipeline: Sharp = await openPicture(from, animated, MAX_IMAGE_PIXELS);
    if (size.isSmaller) pipeline.resize(size.width, size.height, { fit: 'fill' });
    if (image.hasAlpha && !CAN_BE_TRANSPARENT.includes(format)) {
      pipeline.flatten({ background: '#fff' });
    }
    const encode = ENCODERS[format][effort];
    const encoder = await encode(pipeline, options.quality, image.hasAlpha);
    return encoder.toBuffer({ resolveWithObject: true });
  }
}

/** Returns the upright size that fits the requested limits, in proportion and never enlarged. */
function fittedSize(
  image: Inspected,
  { max_width, max_height }: CompressOptions,
  isTransposed: boolean,
) {
  const width = isTransposed ? image.height : image.width;
  const height = isTransposed ? image.width : image.height;
  const scale = Math.min(1, (max_width ?? width) / width, (max_height ?? height) / height);
  return {
    width: Math.max(Math.round(width * scale), 1),
    height: Math.max(Math.round(height * scale), 1),
    isSmaller: scale < 1,
  };
}

function tooManyPixels(
  limit: string,
  { width, height }: Inspected,
  frames: number,
  advice = '',
): ImageError {
  const received = frames > 1 ? `${width}×${height} in ${frames} frames` : `${width}×${height}`;
  const message = `Expected at most ${limit}, received ${received}${advice}`;
  return ImageError.permanent('too_many_pixels', message);
}

/** Whether libvips failed for a reason other than memory. JavaScript's built-in errors have other names. */
function isLibvipsError(error: unknown): boolean {
  return error instanceof Error && error.name === 'Error' && !/out of memory/i.test(error.message);
}
