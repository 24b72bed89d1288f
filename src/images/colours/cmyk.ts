import type { Channels, Sharp } from 'sharp';
import { inBatches } from '../inBatches';
import { createPressColours } from './press';

/** Pixels per batch: a few milliseconds of work. */
const BATCH_SIZE = 32_768;
const INKS = 4;

export interface RawPicture {
  readonly data: Buffer;
  readonly raw: { readonly width: number; readonly height: number; readonly channels: Channels };
}

/**
 * Converts CMYK to RGB as Chromium does. For files without a profile, libvips uses its own press profile, while
 * browsers treat the inks as the complements of red, green and blue. docs/decisions/colours.md describes the
 * difference.
 *
 * @param pipeline decodes the picture
 * @param profile the profile of the file
 * @returns `null` for a profile that is not a press profile with a lookup table; libvips converts such pictures
 */
export async function cmykToRgb(
  pipeline: Sharp,
  profile: Buffer | undefined,
): Promise<RawPicture | null> {
  const press = profile === undefined ? undefined : createPressColours(profile);
  if (press === null) return null;
  const { data, info } = await pipeline
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (info.channels < INKS) return null;
  const pixels = width * height;
  await inBatches(pixels, BATCH_SIZE, (from, to) => {
    convert(data, from, to, channels, press);
  });
  const remaining = channels - 1;
  return {
    data: data.subarray(0, pixels * remaining),
    raw: { width, height, channels: remaining === 3 ? 3 : 4 },
  };
}

/** Works in place: the colours of a pixel take less space than its inks, so writing never overtakes reading. */
function convert(
  inks: Buffer,
  from: number,
  to: number,
  channels: number,
  press: ((colours: Buffer, at: number) => void) | undefined,
): void {
  for (let pixel = from; pixel < to; pixel += 1) {
    const at = pixel * channels;
    const light = 255 - (inks[at + 3] ?? 0);
    const alpha = inks[at + INKS] ?? 0;
    const target = pixel * (channels - 1);
    for (let index = 0; index < 3; index += 1) {
      inks[target + index] = Math.round(((255 - (inks[at + index] ?? 0)) * light) / 255);
    }
    press?.(inks, target);
    if (channels > INKS) inks[target + 3] = alpha;
  }
}
