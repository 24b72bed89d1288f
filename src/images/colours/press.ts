import { D50 } from './definitions';
import { encoded } from './srgb';

const INKS = 4;
/** The corners of a cube: black is not one of its dimensions. */
const CORNERS = 8;
/** The matrix from XYZ under D50 to linear sRGB. */
const TO_SRGB = [
  3.1341359, -1.6172886, -0.4906923, -0.9787955, 1.9162544, 0.0334442, 0.0719551, -0.2289768,
  1.4053861,
];

interface Table {
  readonly grid: number;
  /** The position in the grid for each value of each ink, from 0 to `grid` - 1. */
  readonly positions: Float64Array;
  /** Three numbers from 0 to 1 for each point of the grid without black. */
  readonly points: Float32Array;
  /** The output curve of each of the three numbers: `entries` values from 0 to 1. */
  readonly curves: Float32Array;
  readonly entries: number;
}

/**
 * Converts CMYK with a profile as Chromium does, according to measurements. Chromium first converts the inks to
 * RGB as complements. It then uses the complements of that RGB as the inks of the profile, without black, so
 * black becomes the three other inks. The table is interpolated linearly (perceptual intent, no black point
 * compensation, 16-bit Lab read with a maximum of 0xffff).
 *
 * @returns a function that converts the RGB values in place to the colours of the profile; `null` for profiles
 * without such a table (ICC.1:2022, lut8Type and lut16Type)
 */
export function createPressColours(
  profile: Buffer,
): ((colours: Buffer, at: number) => void) | null {
  const table = readTable(profile);
  if (table === null) return null;
  const { grid, positions, points, curves, entries } = table;
  const strides = [grid ** 2 * 3, grid * 3, 3] as const;
  const lows = Uint32Array.from(positions, (position) => Math.min(Math.floor(position), grid - 2));
  const fractions = positions.map((position, index) => position - (lows[index] ?? 0));
  const lab = new Float64Array(3);
  const weights = new Float64Array(CORNERS);
  const corners = Uint32Array.from(
    { length: CORNERS },
    (_, corner) =>
      (corner & 1) * strides[0] + ((corner >> 1) & 1) * strides[1] + (corner >> 2) * strides[2],
  );

  function interpolate(colours: Buffer, at: number): void {
    const cyan = 255 - (colours[at] ?? 0);
    const magenta = 511 - (colours[at + 1] ?? 0);
    const yellow = 767 - (colours[at + 2] ?? 0);
    const c = fractions[cyan] ?? 0;
    const m = fractions[magenta] ?? 0;
    const y = fractions[yellow] ?? 0;
    const origin =
      (lows[cyan] ?? 0) * strides[0] +
      (lows[magenta] ?? 0) * strides[1] +
      (lows[yellow] ?? 0) * strides[2];
    for (let corner = 0; corner < CORNERS; corner += 1) {
      weights[corner] =
        (corner & 1 ? c : 1 - c) * (corner & 2 ? m : 1 - m) * (corner & 4 ? y : 1 - y);
    }
    for (let index = 0; index < 3; index += 1) {
      let sum = 0;
      for (let corner = 0; corner < CORNERS; corner += 1) {
        sum += (weights[corner] ?? 0) * (points[origin + (corners[corner] ?? 0) + index] ?? 0);
      }
      lab[index] = curve(curves, index * entries, entries, sum);
    }
  }

  return (colours, at) => {
    interpolate(colours, at);
    const y = ((lab[0] ?? 0) * 100 + 16) / 116;
    const x = D50[0] * cubed(y + ((lab[1] ?? 0) * 255 - 128) / 500);
    const z = D50[2] * cubed(y - ((lab[2] ?? 0) * 255 - 128) / 200);
    const light = D50[1] * cubed(y);
    for (let index = 0; index < 3; index += 1) {
      const row = index * 3;
      colours[at + index] = encoded(
        (TO_SRGB[row] ?? 0) * x + (TO_SRGB[row + 1] ?? 0) * light + (TO_SRGB[row + 2] ?? 0) * z,
      );
    }
  };
}

/** The inverse function of CIE L*a*b*, for the conversion to XYZ. */
const cubed = (value: number) =>
  value > 6 / 29 ? value * value * value : (value - 16 / 116) / 7.787;

/** Interpolates linearly between the entries of a curve. */
function curve(entries: Float32Array, from: number, count: number, value: number): number {
  const position = Math.min(Math.max(value, 0), 1) * (count - 1);
  const low = Math.min(Math.floor(position), count - 2);
  const one = entries[from + low] ?? 0;
  return one + ((entries[from + low + 1] ?? 0) - one) * (position - low);
}

function readTable(profile: Buffer): Table | null {
  if (profile.toString('latin1', 16, 24) !== 'CMYKLab ') return null;
  const tag = tagOf(profile, 'A2B0');
  const type = tag?.toString('latin1', 0, 4);
  if (tag === null || (type !== 'mft1' && type !== 'mft2') || tag.length < 52) return null;
  const isWide = type === 'mft2';
  const [inks, colours, grid = 0] = tag.subarray(8, 11);
  const inputs = isWide ? tag.readUInt16BE(48) : 256;
  const entries = isWide ? tag.readUInt16BE(50) : 256;
  if (inks !== INKS || colours !== 3 || grid < 2 || inputs < 2 || entries < 2) return null;
  const width = isWide ? 2 : 1;
  const start = isWide ? 52 : 48;
  const size = INKS * inputs + grid ** INKS * 3 + 3 * entries;
  if (start + size * width > tag.length) return null;
  const number = (index: number) =>
    isWide ? tag.readUInt16BE(start + index * 2) / 65_535 : (tag[start + index] ?? 0) / 255;
  const numbers = (from: number, count: number) =>
    Float32Array.from({ length: count }, (_, index) => number(from + index));
  const table = INKS * inputs;
  const inkCurves = numbers(0, table);
  const black = Math.round(curve(inkCurves, 3 * inputs, inputs, 0) * (grid - 1));
  return {
    grid,
    positions: Float64Array.from(
      { length: 3 * 256 },
      (_, index) =>
        curve(inkCurves, Math.floor(index / 256) * inputs, inputs, (index % 256) / 255) *
        (grid - 1),
    ),
    // Black is the last ink and varies fastest: the first of each `grid` consecutive points is without black.
    points: Float32Array.from({ length: grid ** 3 * 3 }, (_, index) =>
      number(table + (Math.floor(index / 3) * grid + black) * 3 + (index % 3)),
    ),
    curves: numbers(table + grid ** INKS * 3, 3 * entries),
    entries,
  };
}

function tagOf(profile: Buffer, name: string): Buffer | null {
  if (profile.length < 132) return null;
  const count = profile.readUInt32BE(128);
  for (let index = 0; index < count; index += 1) {
    const at = 132 + index * 12;
    if (at + 12 > profile.length) return null;
    if (profile.toString('latin1', at, at + 4) !== name) continue;
    const from = profile.readUInt32BE(at + 4);
    return profile.subarray(from, from + profile.readUInt32BE(at + 8));
  }
  return null;
}
