import sharp, { type Sharp } from 'sharp';
import { inSlices } from './inSlices';

/** Pixels handled in one go, before the event loop runs again: some milliseconds. */
const SLICE = 262_144;
/** The largest step of alpha from a pixel to the next that is a shade; an edge takes one or two much larger ones. */
const STEP = 16;
/** A share of the pixels, and a number of different alphas: less is the edge of a cut-out, or a pane of glass. */
const SHARE = 0.005;
const ALPHAS = 16;
/** Colours are rounded to multiples of it, so that they are at most half of it off: too little to be seen. */
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

export const ofPixels = ({ data, width, height }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false });

/**
 * Whether transparency changes gradually somewhere, as in the shadow of a cut-out. A palette has too few colours for
 * it and shows rings or dots there (docs/decisions/png.md).
 */
export async function hasShades({ data, width, height }: Pixels): Promise<boolean> {
  const seen = new Set<number>();
  let shades = 0;
  const alphaOf = (pixel: number) => data[pixel * 4 + 3] ?? 0;
  const isShade = (alpha: number, next: number) =>
    next > 0 && next < 255 && Math.abs(next - alpha) <= STEP;
  const rows = Math.max(Math.floor(SLICE / width), 1);
  await inSlices(height - 1, rows, (from, to) => {
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
  return seen.size >= ALPHAS && shades >= SHARE * width * height;
}

/** Makes colours fewer and leaves alpha as it is; what is not seen becomes black. Writes into the pixels. */
export async function roundColours({ data }: Pixels): Promise<void> {
  await inSlices(data.length / 4, SLICE, (from, to) => {
    for (let at = from * 4; at < to * 4; at += 4) {
      const isSeen = (data[at + 3] ?? 0) > 0;
      for (let index = at; index < at + 3; index += 1) {
        const rounded = Math.round((data[index] ?? 0) / ROUNDED_TO) * ROUNDED_TO;
        data[index] = isSeen ? Math.min(rounded, 255) : 0;
      }
    }
  });
}
