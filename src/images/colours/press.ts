import { D50 } from './definitions';
import { encoded } from './srgb';

const INKS = 4;
/** Of a cube: black is none of its sides. */
const CORNERS = 8;
/** From XYZ under D50 to linear sRGB. */
const TO_SRGB = [
  3.1341359, -1.6172886, -0.4906923, -0.9787955, 1.9162544, 0.0334442, 0.0719551, -0.2289768,
  1.4053861,
];
interface Table {
  readonly grid: number;
  /** For each ink and each of its values: the place in the grid, from 0 to `grid` - 1. */
  readonly places: Float64Array;
  /** Three numbers, 0 to 1, for each point of the grid that has no black. */
  readonly points: Float32Array;
  /** For each of the three numbers, what becomes of it: `entries` values from 0 to 1. */
  readonly curves: Float32Array;
  readonly entries: number;
}

/**
 * What Chromium shows of CMYK with a profile, measured: it takes the inks for what is missing of red, green and blue,
 * and then these for the inks of the profile, without black. So black is the three other inks, and the table is
 * read linearly between its points (perceptual intent, no compensation of the black point, the 16-bit encoding of
 * Lab read as one that ends at 0xffff).
 *
 * @returns what turns red, green and blue into the colours of the profile, in place; `null` for profiles without
 * such a table (ICC.1:2022, lut8Type and lut16Type)
 */
export function createPressColours(
  profile: Buffer,
): ((colours: Buffer, at: number) => void) | null {
  const table = readTable(profile);
  if (table === null) return null;
  const { grid, places, points, curves, entries } = table;
  const strides = [grid ** 2 * 3, grid * 3, 3] as const;
  const lows = Uint32Array.from(places, (place) => Math.min(Math.floor(place), grid - 2));
  const parts = places.map((place, index) => place - (lows[index] ?? 0));
  const lab = new Float64Array(3);
  const weights = new Float64Array(CORNERS);
  const corners = Uint32Array.from(
    { length: CORNERS },
    (_, corner) =>
      (corner & 1) * strides[0] + ((corner >> 1) & 1) * strides[1] + (corner >> 2) * strides[2],
  );

  function look(colours: Buffer, at: number): void {
    const cyan = 255 - (colours[at] ?? 0);
    const magenta = 511 - (colours[at + 1] ?? 0);
    const yellow = 767 - (colours[at + 2] ?? 0);
    const c = parts[cyan] ?? 0;
    const m = parts[magenta] ?? 0;
    const y = parts[yellow] ?? 0;
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
    look(colours, at);
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

/** CIE's function from L*a*b* back to XYZ. */
const cubed = (value: number) =>
  value > 6 / 29 ? value * value * value : (value - 16 / 116) / 7.787;

/** Linear between the entries of a curve. */
function curve(entries: Float32Array, from: number, count: number, value: number): number {
  const place = Math.min(Math.max(value, 0), 1) * (count - 1);
  const low = Math.min(Math.floor(place), count - 2);
  const one = entries[from + low] ?? 0;
  return one + ((entries[from + low + 1] ?? 0) - one) * (place - low);
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
    places: Float64Array.from(
      { length: 3 * 256 },
      (_, index) =>
        curve(inkCurves, Math.floor(index / 256) * inputs, inputs, (index % 256) / 255) *
        (grid - 1),
    ),
    // Black is the last ink and changes fastest: of each run of `grid` points the first is without it.
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
