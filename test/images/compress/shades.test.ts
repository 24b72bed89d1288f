import sharp from 'sharp';
import { casePicture } from '../../support/casePicture';
import { compress } from '../../support/compress';

interface Cutout {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

async function decoded(bytes: Buffer): Promise<Cutout> {
  const { data, info } = await sharp(bytes)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

const alphaOf = ({ data }: Cutout) => Buffer.from(data.filter((_, index) => index % 4 === 3));

/** Returns the largest step from a pixel to its right neighbour where the original changes by less than `small`. */
function largestStep(result: Cutout, original: Cutout, small: number): number {
  const [ours, theirs] = [alphaOf(result), alphaOf(original)];
  let largest = 0;
  for (let at = 0; at + 1 < ours.length; at += 1) {
    if ((at + 1) % result.width === 0) continue;
    const change = Math.abs((theirs[at] ?? 0) - (theirs[at + 1] ?? 0));
    if (change > small) continue;
    largest = Math.max(largest, Math.abs((ours[at] ?? 0) - (ours[at + 1] ?? 0)));
  }
  return largest;
}

/** A disc with an edge of one pixel, like an object cut-out, over a soft shadow of a given strength. */
function cutout(side: number, shadow: number): Promise<Buffer> {
  const data = Buffer.alloc(side * side * 4);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const at = (y * side + x) * 4;
      const edge = side * 0.3 - Math.hypot(x - side / 2, y - side * 0.4);
      const below = ((x - side / 2) / (side * 0.3)) ** 2 + ((y - side * 0.8) / (side * 0.08)) ** 2;
      const isObject = edge > 0;
      const grain = ((x * 7 + y * 13) % 17) + ((x * y) % 11);
      data.set(isObject ? [200 - (y % 90), 90 + grain, 40 + (x % 60)] : [0, 0, 0], at);
      data[at + 3] = isObject
        ? Math.min(255, Math.ceil(edge * 255))
        : Math.round(shadow * Math.exp(-below));
    }
  }
  return sharp(data, { raw: { width: side, height: side, channels: 4 } })
    .png()
    .toBuffer();
}

describe('a soft shadow', () => {
  it.each(['shadow.png', 'alpha.png'])('of %s keeps every shade', async (name) => {
    const original = casePicture(name);
    const { bytes } = await compress(original);
    expect(bytes.length).toBeLessThan(original.length);
    const [ours, theirs] = [await decoded(bytes), await decoded(original)];
    expect(alphaOf(ours).equals(alphaOf(theirs))).toBe(true);
  });

  it.each(['balanced', 'small'] as const)('has no rings or dots: effort %s', async (effort) => {
    const original = await cutout(200, 110);
    const [ours, theirs] = [
      await decoded((await compress(original, { effort })).bytes),
      await decoded(original),
    ];
    expect(largestStep(ours, theirs, 8)).toBeLessThanOrEqual(8);
  });

  it('is kept when the picture is resized', async () => {
    const small = { max_width: 100 };
    const original = await cutout(200, 110);
    const exact = await decoded((await compress(original, { ...small, quality: 100 })).bytes);
    const ours = await decoded((await compress(original, small)).bytes);
    expect(alphaOf(ours).equals(alphaOf(exact))).toBe(true);
  });

  it('changes no colour visibly', async () => {
    const original = await cutout(200, 110);
    const [ours, theirs] = [
      await decoded((await compress(original)).bytes),
      await decoded(original),
    ];
    const differences = ours.data.filter((value, at) => {
      const isSeen = (theirs.data[at | 3] ?? 0) > 0;
      return isSeen && Math.abs(value - (theirs.data[at] ?? 0)) > 2;
    });
    expect(differences.length).toBe(0);
  });

  it('is not needed in a cut-out, which gets a palette', async () => {
    const { bytes } = await compress(await cutout(200, 0));
    expect((await sharp(bytes).metadata()).isPalette).toBe(true);
  });

  it('is not detected in constant transparency, which gets a palette', async () => {
    const pane = { r: 20, g: 90, b: 200, alpha: 0.4 };
    const glass = sharp({ create: { width: 80, height: 60, channels: 4, background: pane } });
    const { bytes } = await compress(await glass.png({ compressionLevel: 0 }).toBuffer());
    expect((await sharp(bytes).metadata()).isPalette).toBe(true);
  });
});
