import type { CompressOptions, Effort } from '../../contract/formats';

/** What becomes of photos. */
export interface Estimate {
  /** Bytes after compressing, as parts of those before. */
  readonly least: number;
  readonly most: number;
  /** Images that one processor core compresses in a second, without their download. */
  readonly perSecond: number;
}

interface Measured {
  /** In percent of the original, at each of {@link QUALITIES}. */
  readonly least: readonly number[];
  readonly most: readonly number[];
  readonly perSecond: number;
}

const QUALITIES = [10, 30, 50, 70, 90, 100];

const BALANCED_AVIF: Measured = {
  least: [1, 2, 7, 25, 59, 100],
  most: [5, 9, 17, 59, 97, 100],
  perSecond: 0.4,
};

/**
 * Measured with the compressor of the service on three JPEGs of 1200×900 at quality 92: a grainy photo, a soft one, and
 * a product on white. docs/decisions/effort.md compares the efforts.
 */
const MEASURED: Readonly<Record<'jpeg' | 'webp' | 'avif', Readonly<Record<Effort, Measured>>>> = {
  jpeg: {
    fast: { least: [7, 10, 18, 36, 100, 100], most: [36, 46, 55, 65, 100, 100], perSecond: 79 },
    balanced: { least: [3, 6, 14, 30, 95, 100], most: [18, 30, 41, 53, 98, 100], perSecond: 59 },
    small: { least: [2, 4, 7, 15, 71, 100], most: [12, 22, 31, 44, 79, 100], perSecond: 16 },
  },
  webp: {
    fast: { least: [2, 4, 9, 12, 50, 100], most: [15, 20, 25, 29, 90, 100], perSecond: 29 },
    balanced: { least: [2, 4, 7, 10, 44, 100], most: [12, 15, 18, 21, 89, 100], perSecond: 10 },
    small: { least: [2, 3, 5, 10, 43, 100], most: [12, 14, 18, 21, 87, 100], perSecond: 6 },
  },
  avif: {
    fast: { least: [1, 2, 14, 34, 70, 100], most: [9, 13, 23, 53, 100, 100], perSecond: 6 },
    balanced: BALANCED_AVIF,
    small: BALANCED_AVIF,
  },
};

/**
 * Estimates what the options mean for photos, which are mostly JPEGs: with `keep` they stay so.
 *
 * @returns `null` where there is nothing to say: for PNG, which is not for photos, and for an invalid quality
 */
export function estimateOf({
  quality,
  format,
  effort,
}: Pick<CompressOptions, 'quality' | 'format' | 'effort'>): Estimate | null {
  if (format === 'png' || !Number.isInteger(quality) || quality < 1 || quality > 100) return null;
  const { least, most, perSecond } = MEASURED[format === 'keep' ? 'jpeg' : format][effort];
  return { least: shareAt(quality, least), most: shareAt(quality, most), perSecond };
}

/** Interpolates between the measured qualities. */
function shareAt(quality: number, percents: readonly number[]): number {
  const upper = Math.max(
    QUALITIES.findIndex((measured) => measured >= quality),
    1,
  );
  const [from = 0, to = 0] = QUALITIES.slice(upper - 1);
  const [low = 0, high = 0] = percents.slice(upper - 1);
  const part = Math.max((quality - from) / (to - from), 0);
  return (low + (high - low) * part) / 100;
}
