import { availableParallelism } from 'node:os';
import type { Sharp } from 'sharp';
import type { Config } from '../config';
import { ImageError } from '../errors';
import type { CompressOptions, ImageFormat } from '../../contract/formats';
import { CAN_BE_TRANSPARENT, CAN_MOVE, ENCODERS, MAX_SIDE } from './encoders';
import { inspect, type Inspected } from './inspect';
import { noteOf } from './notes';
import { openPicture } from './openPicture';
import { createFairSemaphore } from './fairSemaphore';

export interface Compressed {
  readonly bytes: Buffer;
  readonly width: number;
  /** Of one frame. */
  readonly height: number;
  readonly format: ImageFormat;
  /** What was left out, in a sentence; `null`: nothing. */
  readonly note: string | null;
}

export interface Compressor {
  /**
   * @param key whose image it is: keys take turns
   * @throws ImageError; or the signal's reason when aborted; the encoder goes on by itself
   */
  compress(
    bytes: Buffer,
    options: CompressOptions,
    signal: AbortSignal,
    key: string,
  ): Promise<Compressed>;
}

/** An animation with more frames is refused: each costs memory of its own beside its pixels. */
const MAX_FRAMES = 1_000;

/** Hostile files can make decoders run without end. */
const TIMEOUT_SECONDS = 120;

/**
 * One image more than cores: while one is handed over, no core waits. More were not reliably faster and each
 * takes memory (docs/decisions/effort.md).
 */
const AT_ONCE = availableParallelism() + 1;

export function createCompressor(
  { MAX_IMAGE_PIXELS }: Pick<Config, 'MAX_IMAGE_PIXELS'>,
  atOnce = AT_ONCE,
): Compressor {
  // Admitted by pixels: two images of the largest size may be decoded at once (about 4 bytes a pixel),
  // more on large machines, and everyday ones as many as there are cores to work on them.
  const budget = MAX_IMAGE_PIXELS * Math.max(2, availableParallelism() / 4);
  const semaphore = createFairSemaphore(budget);

  return {
    async compress(bytes, options, signal, key) {
      const image = await inspect(bytes);
      const format = options.format === 'keep' ? image.format : options.format;
      // Several pages of a TIFF or AVIF are no animation: the first one counts.
      const moves = CAN_MOVE.includes(image.format) && CAN_MOVE.includes(format);
      const frames = moves ? image.frames : 1;
      const pixels = image.width * image.height * frames;
      if (pixels > MAX_IMAGE_PIXELS || frames > MAX_FRAMES) {
        throw tooManyPixels(`${MAX_IMAGE_PIXELS} pixels in ${MAX_FRAMES} frames`, image, frames);
      }
      const cost = pixels * (isHeldTwice(image, format) ? 2 : 1);
      const release = await semaphore.acquire(Math.max(cost, budget / atOnce), signal, key);
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
    // Frames are not turned: libvips cannot.
    const size = fitted(image, options, image.isTurned && !animated);
    if (Math.max(size.width, size.height) > (MAX_SIDE[format] ?? Infinity)) {
      throw tooManyPixels(`${MAX_SIDE[format] ?? 0} pixels a side for ${format}`, image, 1);
    }
    const deadline = Date.now() + TIMEOUT_SECONDS * 1000;
    // By our own clock: what libvips says may be about another image.
    const isOver = () => Date.now() >= deadline;
    const pause = () => {
      signal.throwIfAborted();
      if (isOver()) throw tooSlow();
    };
    const { data, info } = await decode().catch((error: unknown) => {
      if (error instanceof ImageError || signal.aborted) throw error;
      if (isOver()) throw tooSlow(error);
      // A fault of ours, or of the machine, says nothing about the image.
      throw isOfLibrary(error) ? image.refused(error) : error;
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

    /** The data are read where the decoder does not notice what is missing, and where it refuses what is harmless. */
    async function decode() {
      let refusal: unknown;
      if (!image.isDoubtful) {
        try {
          return await render(image);
        } catch (error) {
          if (isOver() || !isOfLibrary(error)) throw error;
          refusal = error;
        }
      }
      const decodable = (await image.readData?.(pause)) ?? null;
      if (decodable === null) throw image.refused(refusal);
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

/** Whether all pixels are in memory once more, to be looked at by ourselves. */
function isHeldTwice({ colours, hasAlpha }: Inspected, target: ImageFormat): boolean {
  return colours.isCmyk || colours.meaning !== null || (hasAlpha && target === 'png');
}

/** The size in which an image fits the limits asked for, upright, in proportion and never enlarged. */
function fitted(image: Inspected, { max_width, max_height }: CompressOptions, isTurned: boolean) {
  const width = isTurned ? image.height : image.width;
  const height = isTurned ? image.width : image.height;
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

/** Whether libvips refused, and not for want of memory. JavaScript's own errors have names of their own. */
function isOfLibrary(error: unknown): boolean {
  return error instanceof Error && error.name === 'Error' && !/out of memory/i.test(error.message);
}

function tooSlow(cause?: unknown): ImageError {
  const message = `Compression exceeded ${TIMEOUT_SECONDS} s`;
  return ImageError.retryable('timeout', message, { cause });
}
