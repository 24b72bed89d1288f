import type { Effort, ImageFormat } from '../../contract/formats';
import type { Inspected } from './inspect';

/** What an image is expected to need at most, so that it can be admitted. */
export interface Cost {
  /** Bytes of memory while it is compressed, besides what an idle process has. */
  readonly memoryBytes: number;
  /** Seconds of one core. */
  readonly cpuSeconds: number;
}

export interface Target {
  readonly format: ImageFormat;
  readonly effort: Effort;
  readonly frames: number;
  /** Bytes of the file. */
  readonly fileBytes: number;
  readonly size: { readonly width: number; readonly height: number };
}

/** Bytes per pixel and seconds per megapixel. Measured with bench/imageCost.ts, rounded up (docs/decisions/processes.md). */
interface Rates {
  readonly bytes: number;
  readonly seconds: number;
}

const DECODING: Readonly<Record<ImageFormat, Rates>> = {
  jpeg: { bytes: 10, seconds: 0.03 },
  png: { bytes: 12, seconds: 0.06 },
  webp: { bytes: 6, seconds: 0.05 },
  avif: { bytes: 16, seconds: 0.1 },
  gif: { bytes: 8, seconds: 0.05 },
  tiff: { bytes: 12, seconds: 0.1 },
};

const ENCODING: Readonly<Record<ImageFormat, Readonly<Record<Effort, Rates>>>> = {
  jpeg: {
    fast: { bytes: 3, seconds: 0.03 },
    balanced: { bytes: 9, seconds: 0.04 },
    small: { bytes: 9, seconds: 0.15 },
  },
  png: {
    fast: { bytes: 5, seconds: 0.1 },
    balanced: { bytes: 26, seconds: 0.6 },
    small: { bytes: 26, seconds: 1.5 },
  },
  webp: {
    fast: { bytes: 10, seconds: 0.2 },
    balanced: { bytes: 14, seconds: 0.4 },
    small: { bytes: 14, seconds: 1 },
  },
  avif: {
    fast: { bytes: 36, seconds: 0.6 },
    balanced: { bytes: 36, seconds: 2 },
    small: { bytes: 36, seconds: 2 },
  },
  gif: {
    fast: { bytes: 12, seconds: 0.5 },
    balanced: { bytes: 12, seconds: 1 },
    small: { bytes: 12, seconds: 1 },
  },
  tiff: {
    fast: { bytes: 8, seconds: 0.1 },
    balanced: { bytes: 8, seconds: 0.2 },
    small: { bytes: 8, seconds: 0.2 },
  },
};

/** What every image needs, however small. */
const LEAST: Cost = { memoryBytes: 8 * 2 ** 20, cpuSeconds: 0.01 };

export function costOf(image: Inspected, target: Target): Cost {
  const { format, effort, frames, size, fileBytes } = target;
  const { isCmyk, isDeep, colourSpace } = image.colours;
  const decoding = DECODING[image.format];
  const encoding = ENCODING[format][effort];
  const decoded = image.width * image.height * frames;
  const encoded = size.width * size.height * frames;
  // The pixels of these are processed by us, in copies of their own.
  const isCopied = isCmyk || colourSpace !== null;
  const copies = (isDeep ? decoding.bytes : 0) + (isCopied ? 10 : 0);
  return {
    memoryBytes:
      LEAST.memoryBytes + 2 * fileBytes + decoded * (decoding.bytes + copies) + encoded * encoding.bytes,
    cpuSeconds:
      LEAST.cpuSeconds +
      (decoded / 1e6) * (decoding.seconds + (isCopied ? 0.3 : 0)) +
      (encoded / 1e6) * encoding.seconds,
  };
}
