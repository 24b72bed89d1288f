import { setImmediate } from 'node:timers/promises';
import {
  adaptedPrimaries,
  BT2020_PRIMARIES,
  inverse,
  P3_PRIMARIES,
  SRGB_CURVE,
  SRGB_PRIMARIES,
  times,
  transposed,
  type Chromaticities,
  type Curve,
} from './icc';
import { encoded } from './srgb';

/** Colours that a file describes by numbers instead of a profile. */
export interface Meaning {
  readonly primaries: Chromaticities;
  readonly curve: Curve;
}

const D65 = [0.3127, 0.329] as const;
const BT601_525: Chromaticities = [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], D65];

/** ITU-T H.273: colour primaries by their numbers. */
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

/** Transfer characteristics that are a power of their own or sRGB's curve. */
export const TRANSFERS: Readonly<Record<number, Curve>> = {
  ...{ 4: [2.2], 5: [2.8], 8: [1], 13: SRGB_CURVE, 17: [2.6] },
};

/** Pixels handled in one go, before the event loop runs again: some milliseconds. */
const SLICE = 65_536;

/** Converts 8-bit pixels to sRGB in place; the channels are red, green, blue and perhaps alpha. */
export async function convertToSrgb(
  pixels: Buffer,
  channels: number,
  { primaries, curve }: Meaning,
): Promise<void> {
  const from = adaptedPrimaries(primaries);
  const to = adaptedPrimaries(SRGB_PRIMARIES);
  if (from === null || to === null) return;
  const light = Float64Array.from({ length: 256 }, (_, value) => linear(curve, value / 255));
  const [back, forth] = [inverse(transposed(to)), transposed(from)];
  const columns = [0, 1, 2].map((column) =>
    times(back, [forth[0][column] ?? 0, forth[1][column] ?? 0, forth[2][column] ?? 0]),
  );
  const [red = [0, 0, 0], green = [0, 0, 0], blue = [0, 0, 0]] = columns;
  for (let at = 0; at + 2 < pixels.length; at += channels) {
    const r = light[pixels[at] ?? 0] ?? 0;
    const g = light[pixels[at + 1] ?? 0] ?? 0;
    const b = light[pixels[at + 2] ?? 0] ?? 0;
    pixels[at] = encoded(red[0] * r + green[0] * g + blue[0] * b);
    pixels[at + 1] = encoded(red[1] * r + green[1] * g + blue[1] * b);
    pixels[at + 2] = encoded(red[2] * r + green[2] * g + blue[2] * b);
    if (at % (SLICE * channels) === 0) await setImmediate();
  }
}

function linear([g = 1, a, b = 0, c = 0, d = 0]: Curve, value: number): number {
  if (a === undefined) return value ** g;
  return value >= d ? (a * value + b) ** g : c * value;
}
