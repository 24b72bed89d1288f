/** CIE xy of red, green, blue and white. */
export type Chromaticities = readonly (readonly [x: number, y: number])[];
/** Parameters of a parametric curve: g, or g a b c d. */
export type Curve = readonly number[];

/** A colour space that a file describes by numbers instead of a profile. */
export interface ColourSpace {
  readonly primaries: Chromaticities;
  readonly curve: Curve;
}

/** XYZ of the white point of the profile connection space (ICC.1:2022). */
export const D50 = [0.9642, 1, 0.8249] as const;
/** CIE xy of the white point of screens. */
export const D65 = [0.3127, 0.329] as const;

export const SRGB_PRIMARIES: Chromaticities = [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06], D65];
export const P3_PRIMARIES: Chromaticities = [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], D65];
const BT2020_PRIMARIES: Chromaticities = [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046], D65];
const BT601_525: Chromaticities = [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], D65];

/** Colour primaries by their numbers in ITU-T H.273. */
export const PRIMARIES: Readonly<Record<number, Chromaticities>> = {
  1: SRGB_PRIMARIES,
  4: [
    [0.67, 0.33],
    [0.21, 0.71],
    [0.14, 0.08],
    [0.31, 0.316],
  ],
  5: [[0.64, 0.33], [0.29, 0.6], [0.15, 0.06], D65],
  6: BT601_525,
  7: BT601_525,
  9: BT2020_PRIMARIES,
  11: [
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
    [0.314, 0.351],
  ],
  12: P3_PRIMARIES,
};

export const SRGB_CURVE: Curve = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];

/** Transfer characteristics of ITU-T H.273 that are a pure power or sRGB's curve. */
export const TRANSFERS: Readonly<Record<number, Curve>> = {
  4: [2.2],
  5: [2.8],
  8: [1],
  13: SRGB_CURVE,
  17: [2.6],
};
