import { createHash } from 'node:crypto';
import sharp from 'sharp';

export interface Picture {
  readonly bytes: Buffer;
  readonly contentType: string;
}

type Random = () => number;
type Size = readonly [width: number, height: number];
type Colour = readonly [red: number, green: number, blue: number];

/** Scenes are painted at a quarter of their size and enlarged. That is fast, and as soft as a photo out of focus. */
const PAINTED_AT = 4;
const WHITE: Colour = [255, 255, 255];
const SIZES = [
  [1200, 900],
  [1600, 1200],
  [900, 1200],
  [1000, 1000],
] as const;
/** The amplitude of the noise, out of 256 levels. */
const GRAIN = 24;

/**
 * Makes the picture for a name: `.jpg` and `.webp` resemble photos, `.png` shows objects on a transparent background,
 * and `-rotated.jpg` is stored on its side with the matching EXIF orientation. The same name gives the same picture.
 *
 * @param size by default one of several sizes, which depends on the name
 */
export async function makePicture(name: string, size?: Size): Promise<Picture> {
  const random = seeded(name);
  const chosen = SIZES[Math.floor(random() * SIZES.length)] ?? SIZES[0];
  const [width, height] = size ?? chosen;
  if (name.endsWith('.png')) {
    const bytes = await paint(width, height, random, true).png().toBuffer();
    return { bytes, contentType: 'image/png' };
  }
  const photo = await paint(width, height, random, false).raw().toBuffer();
  addGrain(photo, random);
  const developed = sharp(photo, { raw: { width, height, channels: 3 } });
  if (name.endsWith('.webp')) {
    const bytes = await developed.webp({ quality: 90, effort: 0 }).toBuffer();
    return { bytes, contentType: 'image/webp' };
  }
  const exposed = name.endsWith('-rotated.jpg')
    ? developed.rotate(-90).withMetadata({ orientation: 6 })
    : developed;
  return { bytes: await exposed.jpeg({ quality: 92 }).toBuffer(), contentType: 'image/jpeg' };
}

/** Paints a few shaded balls in front of a wall whose colour changes towards the floor. */
function paint(width: number, height: number, random: Random, cutOut: boolean): sharp.Sharp {
  const [columns, rows] = [width / PAINTED_AT, height / PAINTED_AT];
  const channels = cutOut ? 4 : 3;
  const [wall, floor] = [colour(random), colour(random)];
  const balls = Array.from({ length: 7 }, () => ({
    x: columns * (0.15 + 0.7 * random()),
    y: rows * (0.25 + 0.6 * random()),
    radius: Math.min(columns, rows) * (0.08 + 0.2 * random()),
    colour: colour(random),
  }));
  const pixels = Buffer.alloc(columns * rows * channels);
  for (let y = 0, at = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1, at += channels) {
      let painted = mix(wall, floor, y / rows);
      let covered = 0;
      for (const ball of balls) {
        const inside = clamp(ball.radius - distance(x - ball.x, y - ball.y) + 0.5, 1);
        if (inside === 0) continue;
        painted = mix(painted, shade(ball, x, y), inside);
        if (inside > covered) covered = inside;
      }
      pixels.set(painted, at);
      if (cutOut) pixels[at + 3] = 255 * covered;
    }
  }
  return sharp(pixels, { raw: { width: columns, height: rows, channels } }).resize(width, height);
}

interface Ball {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly colour: Colour;
}

/** Shades a ball with light from the upper left: white there, the ball's own colour at the far edge. */
function shade({ x: centreX, y: centreY, radius, colour: own }: Ball, x: number, y: number) {
  const towardsLight = 0.4 * radius;
  const away = distance(x - centreX + towardsLight, y - centreY + towardsLight);
  return mix(WHITE, own, clamp(away / (1.2 * radius), 1));
}

function mix(from: Colour, to: Colour, share: number): Colour {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

function distance(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

function clamp(value: number, high: number): number {
  if (value < 0) return 0;
  return value > high ? high : value;
}

/** Adds noise as of film and sensors, without which the photos would compress like drawings. */
function addGrain(photo: Buffer, random: Random): void {
  const samples = new Uint8ClampedArray(photo.buffer, photo.byteOffset, photo.length);
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = (samples[at] ?? 0) + GRAIN * (random() - 0.5);
  }
}

function colour(random: Random): Colour {
  return [40 + 200 * random(), 40 + 200 * random(), 40 + 200 * random()];
}

/** Xorshift (Marsaglia, 2003), seeded with the name. Its numbers are from 0 to below 1. */
function seeded(name: string): Random {
  let state = createHash('sha256').update(name).digest().readUInt32LE();
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
