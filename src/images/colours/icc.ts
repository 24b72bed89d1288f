import { D50, type Chromaticities, type Curve } from './definitions';

/**
 * Creates ICC profiles (ICC.1:2022) from shorter descriptions of colours, such as gAMA, cHRM and cICP of a PNG.
 * The decoder supports profiles only.
 */

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

export const times = (m: Matrix, [a, b, c]: Vector): Vector => [
  m[0][0] * a + m[0][1] * b + m[0][2] * c,
  m[1][0] * a + m[1][1] * b + m[1][2] * c,
  m[2][0] * a + m[2][1] * b + m[2][2] * c,
];

export function inverse([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const part = (p: number, q: number, r: number, s: number) => (p * q - r * s) / determinant;
  return [
    [part(e, i, f, h), part(c, h, b, i), part(b, f, c, e)],
    [part(f, g, d, i), part(a, i, c, g), part(c, d, a, f)],
    [part(d, h, e, g), part(b, g, a, h), part(a, e, b, d)],
  ];
}

export const transposed = ([a, b, c]: Matrix): Matrix => [
  [a[0], b[0], c[0]],
  [a[1], b[1], c[1]],
  [a[2], b[2], c[2]],
];

const xyz = ([x, y]: readonly [number, number]): Vector => [x / y, 1, (1 - x - y) / y];

/**
 * Returns the XYZ of each primary at full intensity, adapted to the white point of the profile connection space.
 */
export function adaptedPrimaries(chromaticities: Chromaticities): Matrix | null {
  const [red, green, blue, white] = chromaticities;
  if (!red || !green || !blue || !white || chromaticities.some(([, y]) => y <= 0)) return null;
  const primaries: Matrix = [xyz(red), xyz(green), xyz(blue)];
  const [r, g, b] = times(inverse(transposed(primaries)), xyz(white));
  const from = times(BRADFORD, xyz(white));
  const to = times(BRADFORD, D50);
  const fromCone = inverse(BRADFORD);
  const adapt = (vector: Vector, strength: number): Vector => {
    const [l, m, s] = times(BRADFORD, vector);
    const [x, y, z] = times(fromCone, [
      (l * to[0]) / from[0],
      (m * to[1]) / from[1],
      (s * to[2]) / from[2],
    ]);
    return [x * strength, y * strength, z * strength];
  };
  const adapted: Matrix = [adapt(primaries[0], r), adapt(primaries[1], g), adapt(primaries[2], b)];
  return adapted.flat().every((value) => Number.isFinite(value) && Math.abs(value) < 2)
    ? adapted
    : null;
}

/** @returns `null` for invalid chromaticities */
export function rgbProfile(chromaticities: Chromaticities, curve: Curve): Buffer | null {
  const primaries = adaptedPrimaries(chromaticities);
  if (primaries === null) return null;
  return profile('RGB ', [
    ['rXYZ', xyzTag(primaries[0])],
    ['gXYZ', xyzTag(primaries[1])],
    ['bXYZ', xyzTag(primaries[2])],
    ['rTRC', curveTag(curve)],
    ['gTRC', curveTag(curve)],
    ['bTRC', curveTag(curve)],
  ]);
}

export function greyProfile(curve: Curve): Buffer {
  return profile('GRAY', [['kTRC', curveTag(curve)]]);
}

function profile(
  space: string,
  tags: readonly (readonly [name: string, content: Buffer])[],
): Buffer {
  const all = [
    ['desc', textTag('-')],
    ['cprt', textTag('-')],
    ['wtpt', xyzTag(D50)],
    ...tags,
  ] as const;
  const header = Buffer.alloc(132 + all.length * 12);
  header.writeUInt32BE(0x04200000, 8);
  header.write('mntr', 12, 'latin1');
  header.write(space, 16, 'latin1');
  header.write('XYZ ', 20, 'latin1');
  header.write('acsp', 36, 'latin1');
  writeXyz(header, 68, D50);
  header.writeUInt32BE(all.length, 128);
  let at = header.length;
  for (const [index, [name, content]] of all.entries()) {
    header.write(name, 132 + index * 12, 'latin1');
    header.writeUInt32BE(at, 136 + index * 12);
    header.writeUInt32BE(content.length, 140 + index * 12);
    at += content.length;
  }
  header.writeUInt32BE(at, 0);
  return Buffer.concat([header, ...all.map(([, content]) => content)]);
}

/** The largest number that a profile can store. */
const MAX_FIXED = 32_767;
const fixed = (value: number) =>
  Math.round(Math.min(Math.max(value, -MAX_FIXED), MAX_FIXED) * 65_536);

function writeXyz(target: Buffer, at: number, vector: Vector): void {
  for (const [index, value] of vector.entries()) target.writeInt32BE(fixed(value), at + index * 4);
}

function xyzTag(vector: Vector): Buffer {
  const tag = Buffer.alloc(20);
  tag.write('XYZ ', 'latin1');
  writeXyz(tag, 8, vector);
  return tag;
}

/** Function type 0 has one parameter, type 3 has five. */
function curveTag(curve: Curve): Buffer {
  const tag = Buffer.alloc(12 + curve.length * 4);
  tag.write('para', 'latin1');
  tag.writeUInt16BE(curve.length === 1 ? 0 : 3, 8);
  for (const [index, value] of curve.entries()) tag.writeInt32BE(fixed(value), 12 + index * 4);
  return tag;
}

/** Stores a single character in a single language. */
function textTag(text: string): Buffer {
  const tag = Buffer.alloc(32);
  tag.write('mluc', 'latin1');
  tag.writeUInt32BE(1, 8);
  tag.writeUInt32BE(12, 12);
  tag.write('enUS', 16, 'latin1');
  tag.writeUInt32BE(2, 20);
  tag.writeUInt32BE(28, 24);
  tag.writeUInt16BE(text.charCodeAt(0), 28);
  return tag;
}
