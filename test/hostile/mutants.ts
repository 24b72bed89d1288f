import { IMAGE_FORMATS, type ImageFormat } from '../../contract/formats';
import { animation, picture, transparentPng } from '../support/pictures';
import { circularExif } from './exif';
import { jpegWith, segment } from './jpegs';

/** Small pictures whose bytes are changed: of each format, with parts besides the pixels. */
const SOURCES: Readonly<Record<ImageFormat, readonly (() => Promise<Buffer>)[]>> = {
  jpeg: [
    () => picture(40, 30).jpeg({ progressive: true }).withXmp('<x/>').toBuffer(),
    () => picture(40, 30).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    () => jpegWith(segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), circularExif(9)]))),
  ],
  png: [
    () => picture(40, 30, 4).png({ progressive: true }).withXmp('<x/>').toBuffer(),
    () => picture(40, 30).png({ palette: true }).withMetadata().toBuffer(),
    transparentPng,
  ],
  webp: [
    () => picture(40, 30).webp().withMetadata().toBuffer(),
    () => picture(40, 30, 4).webp({ lossless: true }).toBuffer(),
    () => picture(40, 30, 4).webp().toBuffer(),
  ],
  avif: [
    () => picture(32, 32).avif({ effort: 0 }).toBuffer(),
    () => picture(32, 32, 4).avif({ effort: 0 }).withMetadata({ orientation: 3 }).toBuffer(),
  ],
  gif: [animation, () => picture(40, 30).gif().toBuffer()],
  tiff: [
    () => picture(40, 30).tiff({ compression: 'jpeg' }).toBuffer(),
    () => picture(40, 30).tiff({ compression: 'lzw', tile: true }).withMetadata().toBuffer(),
    () => picture(40, 30).tiff({ compression: 'deflate', bigtiff: true }).toBuffer(),
  ],
};

/** A generator of numbers that gives the same ones for the same seed (mulberry32). */
function createRandom(seed: number) {
  let state = seed >>> 0;
  return {
    /** Returns a whole number from 0 to `below` - 1. */
    below(below: number): number {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
    },
  };
}

type Random = ReturnType<typeof createRandom>;
type Change = (bytes: Buffer, random: Random) => Buffer;

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Returns a random range of the bytes, of up to 64. */
function rangeOf(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const from = random.below(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.below(64))];
}

const CHANGES: readonly Change[] = [
  function flipBits(bytes, random) {
    const copy = Buffer.from(bytes);
    for (let left = 1 + random.below(8); left > 0; left -= 1) {
      const at = random.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    return copy;
  },
  /** Most structure is near the beginning. */
  function flipBitsOfTheHeader(bytes, random) {
    const copy = Buffer.from(bytes);
    for (let left = 1 + random.below(3); left > 0; left -= 1) {
      const at = random.below(Math.min(copy.length, 300));
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    return copy;
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length));
  },
  function removeRange(bytes, random) {
    const [from, to] = rangeOf(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function copyRangeElsewhere(bytes, random) {
    const [from, to] = rangeOf(bytes, random);
    const copy = Buffer.from(bytes);
    bytes.copy(copy, random.below(copy.length), from, to);
    return copy;
  },
  function setNumberToExtreme(bytes, random) {
    const copy = Buffer.from(bytes);
    const at = random.below(Math.min(copy.length, 600));
    const value = EXTREMES[random.below(EXTREMES.length)] ?? 0;
    const width = [1, 2, 4][random.below(3)] ?? 1;
    const number = Buffer.alloc(4);
    if (random.below(2) === 0) number.writeUInt32BE(value);
    else number.writeUInt32LE(value);
    number.copy(copy, at, random.below(2) === 0 ? 0 : 4 - width, 4);
    return copy;
  },
  function repeatPart(bytes, random) {
    const [from, to] = rangeOf(bytes, random);
    const times = 1 + random.below(200);
    const part = bytes.subarray(from, to);
    const middle = Buffer.alloc(part.length * times, part);
    return Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(from)]);
  },
  function swapParts(bytes, random) {
    const cuts = [0, 0, 0].map(() => random.below(bytes.length)).sort((a, b) => a - b);
    const [first = 0, second = 0, third = 0] = cuts;
    return Buffer.concat([
      bytes.subarray(0, first),
      bytes.subarray(second, third),
      bytes.subarray(first, second),
      bytes.subarray(third),
    ]);
  },
  function fillRange(bytes, random) {
    const [from, to] = rangeOf(bytes, random);
    return Buffer.from(bytes).fill(random.below(2) * 255, from, to);
  },
];

export interface Mutant {
  readonly seed: number;
  readonly format: ImageFormat;
  readonly bytes: Buffer;
}

const sources = new Map<() => Promise<Buffer>, Promise<Buffer>>();

/** Returns the bytes of a small valid picture with one to three changes, the same for the same seed. */
export async function mutantOf(seed: number): Promise<Mutant> {
  const random = createRandom(seed);
  const format = IMAGE_FORMATS[seed % IMAGE_FORMATS.length] ?? 'jpeg';
  const choices = SOURCES[format];
  const build = choices[random.below(choices.length)] ?? animation;
  const source = sources.get(build) ?? build();
  sources.set(build, source);
  let bytes = await source;
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const change = CHANGES[random.below(CHANGES.length)];
    if (change !== undefined && bytes.length > 0) bytes = change(bytes, random);
  }
  return { seed, format, bytes };
}
