import type { Channels, Sharp } from 'sharp';
import { inSlices } from '../inSlices';
import { createPressColours } from './press';

/** Pixels handled in one go, before the event loop runs again: some milliseconds. */
const SLICE = 32_768;
const INKS = 4;

export interface RawPicture {
  readonly data: Buffer;
  readonly raw: { readonly width: number; readonly height: number; readonly channels: Channels };
}

/**
 * CMYK as Chromium shows it. libvips goes by a press profile of its own where a file has none, and browsers take the
 * inks for what is missing of red, green and blue. docs/decisions/colours.md says how far apart these are.
 *
 * @param pipeline that decodes the picture
 * @param profile of the file
 * @returns `null` for a profile that is none of a press with a table: libvips' conversion has to do
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
  await inSlices(pixels, SLICE, (from, to) => {
    convert(data, from, to, channels, press);
  });
  const left = channels - 1;
  return {
    data: data.subarray(0, pixels * left),
    raw: { width, height, channels: left === 3 ? 3 : 4 },
  };
}

/** In place: a pixel's colours take less room than its inks, and never stand behind them. */
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
