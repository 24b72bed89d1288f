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

/** Bytes per pixel, and seconds per megapixel. */
interface Rates {
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Measured by `npm run bench -- cost` (docs/decisions/image-processes.md): memory rounded up to the worst kind of file,
 * such as a progressive JPEG; CPU time that of a photo.
 */
const DECODING: Readonly<Record<ImageFormat, Rates>> = {
  jpeg: { bytes: 7, seconds: 0.02 },
  png: { bytes: 5, seconds: 0.04 },
  webp: { bytes: 11, seconds: 0.03 },
  avif: { bytes: 18, seconds: 0.06 },
  gif: { bytes: 5, seconds: 0.03 },
  tiff: { bytes: 4, seconds: 0.02 },
};
/** In addition, with 16 bits per sample. */
const DEEP: Rates = { bytes: 5, seconds: 0.02 };
/** In addition, when we convert the colours ourselves. */
const CONVERTED: Rates = { bytes: 5, seconds: 0.05 };

type ByEffort = Readonly<Record<Effort, Rates>>;

const ENCODING: Readonly<Record<ImageFormat, ByEffort>> = {
  jpeg: {
    fast: { bytes: 2, seconds: 0.01 },
    balanced: { bytes: 8, seconds: 0.02 },
    small: { bytes: 8, seconds: 0.07 },
  },
  png: {
    fast: { bytes: 4, seconds: 0.1 },
    balanced: { bytes: 9, seconds: 0.65 },
    small: { bytes: 9, seconds: 0.7 },
  },
  webp: {
    fast: { bytes: 7, seconds: 0.05 },
    balanced: { bytes: 8, seconds: 0.1 },
    small: { bytes: 8, seconds: 0.2 },
  },
  avif: {
    fast: { bytes: 33, seconds: 0.1 },
    balanced: { bytes: 33, seconds: 1.5 },
    small: { bytes: 33, seconds: 1.5 },
  },
  gif: {
    fast: { bytes: 12, seconds: 0.15 },
    balanced: { bytes: 12, seconds: 0.15 },
    small: { bytes: 12, seconds: 0.15 },
  },
  tiff: {
    fast: { bytes: 4, seconds: 0.08 },
    balanced: { bytes: 4, seconds: 0.08 },
    small: { bytes: 4, seconds: 0.08 },
  },
};
/** In addition, with transparency, which WebP and AVIF encode apart. */
const TRANSPARENT: Readonly<Partial<Record<ImageFormat, ByEffort>>> = {
  png: {
    fast: { bytes: 1, seconds: 0.1 },
    balanced: { bytes: 5, seconds: 0.1 },
    small: { bytes: 5, seconds: 0.1 },
  },
  webp: {
    fast: { bytes: 13, seconds: 0.03 },
    balanced: { bytes: 13, seconds: 0.05 },
    small: { bytes: 34, seconds: 0.4 },
  },
  avif: {
    fast: { bytes: 12, seconds: 0.03 },
    balanced: { bytes: 12, seconds: 0.3 },
    small: { bytes: 12, seconds: 0.3 },
  },
};

const NONE: Rates = { bytes: 0, seconds: 0 };

/** What every image needs, however small. */
const LEAST: Cost = { memoryBytes: 8 * 2 ** 20, cpuSeconds: 0.01 };

export function costOf(image: Inspected, target: Target): Cost {
  const { format, effort, frames, size, fileBytes } = target;
  const { isCmyk, isDeep, colourSpace } = image.colours;
  const decoding = sumOf(
    DECODING[image.format],
    isDeep ? DEEP : NONE,
    isCmyk || colourSpace !== null ? CONVERTED : NONE,
  );
  const encoding = sumOf(
    ENCODING[format][effort],
    image.hasAlpha ? (TRANSPARENT[format]?.[effort] ?? NONE) : NONE,
  );
  const decoded = image.width * image.height * frames;
  const encoded = size.width * size.height * frames;
  const pixelBytes = Math.ceil(decoded * decoding.bytes + encoded * encoding.bytes);
  const pixelSeconds = (decoded * decoding.seconds + encoded * encoding.seconds) / 1e6;
  return {
    memoryBytes: LEAST.memoryBytes + 2 * fileBytes + pixelBytes,
    cpuSeconds: LEAST.cpuSeconds + pixelSeconds,
  };
}

function sumOf(...rates: readonly Rates[]): Rates {
  return rates.reduce((sum, { bytes, seconds }) => ({
    bytes: sum.bytes + bytes,
    seconds: sum.seconds + seconds,
  }));
}
