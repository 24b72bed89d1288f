import { D65, SRGB_PRIMARIES } from '../colours/definitions';
import { onlyTables } from './jpeg';

export const STRIPS = { offsets: 273, counts: 279 };
export const TILES = { offsets: 324, counts: 325 };
export const ORIENTATION = 274;
export const PHOTOMETRIC = 262;
export const COMPRESSION = 259;
export const BITS = 258;
/** The tables that all JPEG strips share. */
export const TABLES = 347;
/** Four tables of each of the three kinds take about 3,000 bytes. */
const MAX_TABLE_BYTES = 4_096;

/** Tags of TIFF 6.0 that are needed to read the pixels. None is a text, a name or a sub-directory. */
const ALLOWED = [
  254,
  256,
  257,
  BITS,
  PHOTOMETRIC,
  COMPRESSION,
  266,
  273,
  ORIENTATION,
  277,
  278,
  279,
  282,
  283,
  284,
  292,
  293,
  296,
  297,
  317,
  320,
  322,
  323,
  324,
  325,
  338,
  339,
  530,
  531,
  532,
];
/** The ICC profile. */
export const PROFILE = 34_675;
/** Tags that are passed to the decoder: the pixels, the inks, the profile, and old-style JPEG. */
export const DECODED = [
  ...ALLOWED,
  TABLES,
  332,
  334,
  512,
  513,
  514,
  515,
  517,
  518,
  519,
  520,
  521,
  PROFILE,
];
/** Tags whose length grows with the picture. */
export const LONG = [...Object.values(STRIPS), ...Object.values(TILES), 320];
/**
 * Maximum bytes of other tags: one number. Exceptions have one number per sample, one fraction, or six fractions.
 */
const ONE_NUMBER = 4;
const SEVERAL: Readonly<Record<number, number>> = {
  [BITS]: 10,
  338: 10,
  339: 10,
  282: 8,
  283: 8,
  532: 48,
};
const [SHORT_TYPE, LONG_TYPE, RATIONAL] = [3, 4, 5];
/** The white point and the primaries of sRGB. */
const CHROMATICITIES: Readonly<Record<number, readonly number[]>> = {
  318: D65,
  319: SRGB_PRIMARIES.slice(0, 3).flat(),
};
const TOLERANCE = 0.002;

export interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly values: number[];
  readonly content: Buffer;
}

/**
 * Whether an entry consists of numbers only, and no more than its tag needs. Any tag could contain text.
 *
 * @param long reads a 32-bit number of the content
 */
export function isAllowedEntry(
  { tag, type, content }: Entry,
  long: (content: Buffer, at: number) => number,
): boolean {
  if (tag === TABLES) return content.length <= MAX_TABLE_BYTES && onlyTables(content) !== null;
  const expected = CHROMATICITIES[tag];
  if (expected !== undefined) {
    const fraction = (at: number) => long(content, at) / long(content, at + 4);
    return (
      type === RATIONAL &&
      content.length === expected.length * 8 &&
      expected.every((value, index) => Math.abs(fraction(index * 8) - value) < TOLERANCE)
    );
  }
  const isNumber = [SHORT_TYPE, LONG_TYPE, RATIONAL].includes(type);
  const isShort = LONG.includes(tag) || content.length <= (SEVERAL[tag] ?? ONE_NUMBER);
  return ALLOWED.includes(tag) && isNumber && isShort;
}
