import sharp from 'sharp';
import { createRandom } from './random';

/**
 * `missing`: the origin answers 404. `text`: the origin's answer is not an image. `late`: the origin answers 404 until
 * it is repaired for the sheet, and then with a picture.
 */
export type PictureKind = 'good' | 'missing' | 'text' | 'late';

export interface PictureId {
  readonly kind: PictureKind;
  readonly sheet: number;
  readonly image: number;
}

/**
 * Every picture encodes its identity: its first 48 blocks are dark or bright by the bits of its sheet, its number and a
 * checksum of both. Compression preserves this, so that each file can be identified.
 */
const BLOCK = 8;
const BLOCKS = 12;
const SIDE = BLOCK * BLOCKS;
const BITS = 16;
const DARK = 50;
const BRIGHT = 205;
const GRAIN = 60;

export function linkTo(host: string, { kind, sheet, image }: PictureId): string {
  return `${host}/${kind}/${sheet}/${image}.jpg`;
}

/** @returns `null` when it is not a link of the harness */
export function readLink(link: string): PictureId | null {
  const found = /\/(good|missing|text|late)\/(\d+)\/(\d+)\.jpg$/.exec(link);
  if (found === null) return null;
  const [, kind, sheet, image] = found;
  return { kind: kind as PictureKind, sheet: Number(sheet), image: Number(image) };
}

/** Makes a JPEG of a few KB. The same id gives the same bytes. */
export function makePicture({ sheet, image }: PictureId): Promise<Buffer> {
  const random = createRandom(sheet, `picture ${image}`);
  const bits = bitsOf(sheet, image);
  const pixels = Buffer.alloc(SIDE * SIDE);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const block = Math.floor(y / BLOCK) * BLOCKS + Math.floor(x / BLOCK);
      const ground = (bits[block] ?? block % 2 === 0) ? BRIGHT : DARK;
      pixels[y * SIDE + x] = ground + GRAIN * (random() - 0.5);
    }
  }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .toColourspace('srgb')
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** Identifies the picture in a file. @returns `null` when the harness did not make it. @throws when it is no image */
export async function recognise(bytes: Buffer): Promise<Pick<PictureId, 'sheet' | 'image'> | null> {
  const { data, info } = await sharp(bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
  if (info.width !== SIDE || info.height !== SIDE) return null;
  const bits = Array.from(
    { length: 3 * BITS },
    (_, block) => brightness(data, info.channels, block) > 128,
  );
  const number = (first: number) =>
    bits.slice(first, first + BITS).reduce((value, bit) => value * 2 + Number(bit), 0);
  const [sheet, image] = [number(0), number(BITS)];
  return number(2 * BITS) === check(sheet, image) ? { sheet, image } : null;
}

function brightness(pixels: Buffer, channels: number, block: number): number {
  const [left, top] = [(block % BLOCKS) * BLOCK, Math.floor(block / BLOCKS) * BLOCK];
  let sum = 0;
  for (let y = top; y < top + BLOCK; y += 1) {
    for (let x = left; x < left + BLOCK; x += 1) sum += pixels[(y * SIDE + x) * channels] ?? 0;
  }
  return sum / (BLOCK * BLOCK);
}

function bitsOf(sheet: number, image: number): boolean[] {
  return [sheet, image, check(sheet, image)].flatMap((value) =>
    Array.from({ length: BITS }, (_, bit) => ((value >> (BITS - 1 - bit)) & 1) === 1),
  );
}

function check(sheet: number, image: number): number {
  return (Math.imul(sheet, 40_503) ^ Math.imul(image, 30_011) ^ 0x5a5a) & 0xffff;
}
