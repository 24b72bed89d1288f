import { inBatches } from '../inBatches';
import { SRGB_PRIMARIES, type Curve, type ColourSpace } from './definitions';
import { adaptedPrimaries, inverse, times, transposed } from './icc';
import { encoded } from './srgb';

/** Pixels per batch: a few milliseconds of work. */
const BATCH_SIZE = 65_536;

/** Converts 8-bit pixels to sRGB in place. The channels are red, green, blue and optionally alpha. */
export async function convertToSrgb(
  pixels: Buffer,
  channels: number,
  { primaries, curve }: ColourSpace,
): Promise<void> {
  const from = adaptedPrimaries(primaries);
  const to = adaptedPrimaries(SRGB_PRIMARIES);
  if (from === null || to === null) return;
  const linearLight = Float64Array.from({ length: 256 }, (_, value) => linear(curve, value / 255));
  const [fromXyz, toXyz] = [inverse(transposed(to)), transposed(from)];
  const columns = [0, 1, 2].map((column) =>
    times(fromXyz, [toXyz[0][column] ?? 0, toXyz[1][column] ?? 0, toXyz[2][column] ?? 0]),
  );
  const [red = [0, 0, 0], green = [0, 0, 0], blue = [0, 0, 0]] = columns;
  await inBatches(Math.floor(pixels.length / channels), BATCH_SIZE, (first, end) => {
    for (let at = first * channels; at < end * channels; at += channels) {
      const r = linearLight[pixels[at] ?? 0] ?? 0;
      const g = linearLight[pixels[at + 1] ?? 0] ?? 0;
      const b = linearLight[pixels[at + 2] ?? 0] ?? 0;
      pixels[at] = encoded(red[0] * r + green[0] * g + blue[0] * b);
      pixels[at + 1] = encoded(red[1] * r + green[1] * g + blue[1] * b);
      pixels[at + 2] = encoded(red[2] * r + green[2] * g + blue[2] * b);
    }
  });
}

function linear([g = 1, a, b = 0, c = 0, d = 0]: Curve, value: number): number {
  if (a === undefined) return value ** g;
  return value >= d ? (a * value + b) ** g : c * value;
}
