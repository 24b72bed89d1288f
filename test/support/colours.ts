import sharp from 'sharp';

/** Returns red, green, blue and alpha of a pixel; `x` and `y` are fractions of the width and the height. */
export async function colourAt(bytes: Buffer, x: number, y: number, page = 0): Promise<number[]> {
  const { data, info } = await sharp(bytes, { page })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = Math.floor(y * info.height) * info.width + Math.floor(x * info.width);
  return [...data.subarray(at * info.channels, (at + 1) * info.channels)];
}

const NAMES = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] };

/** Returns the name of the nearest colour, as no encoder keeps colours exactly. */
export async function colourNameAt(bytes: Buffer, x: number, y: number, page = 0): Promise<string> {
  const colour = await colourAt(bytes, x, y, page);
  const distances = Object.entries(NAMES).map(([name, parts]) => ({
    name,
    distance: parts.reduce((sum, part, index) => sum + Math.abs(part - (colour[index] ?? 0)), 0),
  }));
  return distances.sort((a, b) => a.distance - b.distance)[0]?.name ?? '';
}

/** Returns a picture of four quarters: red and green above, blue and white below. */
export function quarters(width: number, height: number) {
  const data = Buffer.alloc(width * height * 3);
  const [red, green, blue, white] = Object.values(NAMES);
  for (let at = 0; at < width * height; at += 1) {
    const isLeft = at % width < width / 2;
    const isUpper = at < (width * height) / 2;
    const colour = isUpper ? (isLeft ? red : green) : isLeft ? blue : white;
    data.set(colour ?? [], at * 3);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Returns a picture of a single colour. */
export const plain = (background: string | { r: number; g: number; b: number; alpha: number }) =>
  sharp({ create: { width: 40, height: 30, channels: 4, background } });
