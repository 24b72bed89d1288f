import { availableParallelism } from 'node:os';
import type { Sharp } from 'sharp';
import type { Config } from '../config';
import { ImageError } from '../errors';
import type { CompressOptions, ImageFormat } from '../../contract/formats';
import { CAN_ANIMATE, CAN_BE_TRANSPARENT, ENCODERS, MAX_SIDE } from './encoders';
import { inspect, type Inspected } from './inspect';
import { noteOf } from './notes';
import { openPicture } from './openPicture';
import { createFairSemaphore } from './fairSemaphore';

export interface Compressed {
  readonly bytes: Buffer;
  readonly width: number;
  /** Height of one frame. */
  readonly height: number;
  readonly format: ImageFormat;
  /** What the result leaves out, in one sentence, or `null`. */
  readonly note: string | null;
}

export interface Compressor {
  /**
   * Compresses one image.
   *
   * @param key the owner of the image; keys take turns
   * @throws ImageError; or the signal's reason when aborted. An encoder that is running is not interrupted.
   */
  compress(
    bytes: Buffer,
    options: CompressOptions,
    signal: AbortSignal,
    key: string,
  ): Promise<Compressed>;
}

/** Animations with more frames are refused: each frame needs memory in addition to its pixels. */
const MAX_FRAMES = 1_000;

/** Hostile files can keep a decoder busy indefinitely. */
const TIMEOUT_SECONDS = 120;

/**
 * One image more than there are cores, so that no core is idle while an image is passed to a thread. More were not
 * reliably faster, and each needs memory (docs/decisions/effort.md).
 */
const MAX_CONCURRENT = availableParallelism() + 1;

export function createCompressor(
  { MAX_IMAGE_PIXELS }: Pick<Config, 'MAX_IMAGE_PIXELS'>,
  maxConcurrent = MAX_CONCURRENT,
): Compressor {
  // Images are admitted by pixels (about 4 bytes each). Two images of the largest size may be decoded at the same
  // time, more on large machines; the number of ordinary images is limited by the cores.
  const budget = MAX_IMAGE_PIXELS * Math.max(2, availableParallelism() / 4);
  const semaphore = createFairSemaphore(budget);

  return {
    async compress(bytes, options, signal, key) {
      const image = await inspect(bytes);
      const format = options.format === 'keep' ? image.format : options.format;
      // The pages of a TIFF or AVIF are not an animation: only the first one is used.
      const isAnimatable = CAN_ANIMATE.includes(image.format) && CAN_ANIMATE.includes(format);
      const frames = isAnimatable ? image.frames : 1;
      const pixels = image.width * image.height * frames;
      if (pixels > MAX_IMAGE_PIXELS || frames > MAX_FRAMES) {
        throw tooManyPixels(`${MAX_IMAGE_PIXELS} pixels in ${MAX_FRAMES} frames`, image, frames);
      }
      const cost = pixels * (needsPixelCopy(image, format) ? 2 : 1);
      const release = await semaphore.acquire(Math.max(cost, budget / maxConcurrent), signal, key);
      try {
        return await encode(bytes, image, format, options, frames > 1, signal);
      } finally {
        release();
      }
    },
  };

  async function encode(
    bytes: Buffer,
    image: Inspected,
    format: ImageFormat,
    options: CompressOptions,
    animated: boolean,
    signal: AbortSignal,
  ): Promise<Compressed> {
    const { quality, effort } = options;
    // Animations are not rotated: libvips cannot.
    const size = fittedSize(image, options, image.isTransposed && !animated);
    if (Math.max(size.width, size.height) > (MAX_SIDE[format] ?? Infinity)) {
      throw tooManyPixels(`${MAX_SIDE[format] ?? 0} pixels per side for ${format}`, image, 1);
    }
    const deadline = Date.now() + TIMEOUT_SECONDS * 1000;
    // Uses our own clock: an error message of libvips may be about another image.
    const isOver = () => Date.now() >= deadline;
    const pause = () => {
      signal.throwIfAborted();
      if (isOver()) throw tooSlow();
    };
    const { data, info } = await decode().catch((error: unknown) => {
      if (error instanceof ImageError || signal.aborted) throw error;
      if (isOver()) throw tooSlow(error);
      // A bug of ours, or a lack of memory, is not an error of the image.
      throw isLibvipsError(error) ? image.decodeError(error) : error;
    });
    const mayKeep =
      data.length >= bytes.length && format === image.format && !size.isSmaller && image.isBare;
    const keepsOriginal = mayKeep && ((await image.isExact?.(pause)) ?? true);
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
          if (isOver() || !isLibvipsError(error)) throw error;
          decoderError = error;
        }
      }
      const decodable = (await image.readData?.(pause)) ?? null;
      if (decodable === null) throw image.decodeError(decoderError);
      return render({ ...image, decodable });
    }

    async function render(from: Inspected) {
      const secondsLeft = () => Math.max(Math.ceil((deadline - Date.now()) / 1000), 1);
      const limits = { limitInputPixels: MAX_IMAGE_PIXELS, secondsLeft };
      const pipeline: Sharp = await openPicture(from, animated, limits);
      if (size.isSmaller) pipeline.resize(size.width, size.height, { fit: 'fill' });
      if (image.hasAlpha && !CAN_BE_TRANSPARENT.includes(format)) {
        pipeline.flatten({ background: '#fff' });
      }
      const encoder = await ENCODERS[format][effort](pipeline, quality, image.hasAlpha);
      return encoder.toBuffer({ resolveWithObject: true });
    }
  }
}

/** Whether we process the pixels ourselves, which needs a second copy of them. */
function needsPixelCopy({ colours, hasAlpha }: Inspected, target: ImageFormat): boolean {
  return colours.isCmyk || colours.colourSpace !== null || (hasAlpha && target === 'png');
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

function tooManyPixels(limit: string, { width, height }: Inspected, frames: number): ImageError {
  const received = frames > 1 ? `${width}×${height} in ${frames} frames` : `${width}×${height}`;
  return ImageError.permanent('too_many_pixels', `Expected at most ${limit}, received ${received}`);
}

/** Whether libvips failed for a reason other than memory. JavaScript's built-in errors have other names. */
function isLibvipsError(error: unknown): boolean {
  return error instanceof Error && error.name === 'Error' && !/out of memory/i.test(error.message);
}

function tooSlow(cause?: unknown): ImageError {
  const message = `Compression exceeded ${TIMEOUT_SECONDS} s`;
  return ImageError.retryable('timeout', message, { cause });
}
