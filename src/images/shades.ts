import sharp, { type Sharp } from 'sharp';
import { inBatches } from './inBatches';

/** Pixels per batch: a few milliseconds of work. */
const BATCH_SIZE = 262_144;
/**
 * The largest difference of alpha between adjacent pixels of a shade. An edge has one or two much larger
 * differences.
 */
const MAX_STEP = 16;
/**
 * The minimum share of such pixels, and of different alpha values. Less is the edge of a cut-out, or an area of
 * constant transparency.
 */
const MIN_SHARE = 0.005;
const MIN_ALPHAS = 16;
/** Colours are rounded to multiples of this. The error is at most half of it, which is not visible. */
const ROUNDED_TO = 4;

export interface Pixels {
  /** Red, green, blue and alpha. */
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

export async function readPixels(image: Sharp): Promise<Pixels> {
  const { data, info } = await image
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

export const fromPixels = ({ data, width, height }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false });

/**
 * Whether transparency changes gradually anywhere, as in the shadow of a cut-out. A palette has too few colours
 * for this and shows rings or dots (docs/decisions/png.md).
 */
export async function hasShades({ data, width, height }: Pixels): Promise<boolean> {
  const seen = new Set<number>();
  let shades = 0;
  const alphaOf = (pixel: number) => data[pixel * 4 + 3] ?? 0;
  const isShade = (alpha: number, next: number) =>
    next > 0 && next < 255 && Math.abs(next - alpha) <= MAX_STEP;
  const rows = Math.max(Math.floor(BATCH_SIZE / width), 1);
  await inBatches(height - 1, rows, (from, to) => {
    for (let y = from; y < to; y += 1) {
      for (let x = 0; x + 1 < width; x += 1) {
        const pixel = y * width + x;
        const alpha = alphaOf(pixel);
        if (alpha === 0 || alpha === 255) continue;
        const isGradual =
          isShade(alpha, alphaOf(pixel + 1)) && isShade(alpha, alphaOf(pixel + width));
        if (!isGradual) continue;
        shades += 1;
        seen.add(alpha);
      }
    }
  });
  return seen.size >= MIN_ALPHAS && shades >= MIN_SHARE * width * height;
}

/** Reduces the number of colours in place. Alpha is not changed; transparent pixels become black. */
export async function roundColours({ data }: Pixels): Promise<void> {
  await inBatches(data.length / 4, BATCH_SIZE, (from, to) => {
    for (let at = from * 4; at < to * 4; at += 4) {
      const isSeen = (data[at + 3] ?? 0) > 0;
      for (let index = at; index < at + 3; index += 1) {
        const rounded = Math.round((data[index] ?? 0) / ROUNDED_TO) * ROUNDED_TO;
        data[index] = isSeen ? Math.min(rounded, 255) : 0;
      }
    }
  });
}
