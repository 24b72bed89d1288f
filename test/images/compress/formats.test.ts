import sharp from 'sharp';
import { EFFORTS, type CompressOptions } from '../../../contract/formats';
import { colourAt, colourNameAt, quarters, plain } from '../../support/colours';
import { compress, SOURCES, TARGETS, formatOf, opaquePng } from '../../support/compress';
import { picture, pixels } from '../../support/pictures';

describe('compress: formats', () => {
  it.each(SOURCES)('keeps %s', async (format, source) => {
    const bytes = await source();
    const { width, height } = await sharp(bytes).metadata();
    const compressed = await compress(bytes);
    expect(compressed).toMatchObject({ format, width, height });
    expect(await formatOf(compressed.bytes)).toBe(format);
    expect(compressed.bytes.length).toBeLessThanOrEqual(bytes.length);
  });

  it.each(SOURCES.flatMap(([from, source]) => TARGETS.map((to) => [from, to, source] as const)))(
    'converts %s to %s',
    async (_, to, source) => {
      const bytes = await source();
      const { width, height } = await sharp(bytes).metadata();
      const compressed = await compress(bytes, { format: to });
      expect(compressed).toMatchObject({ format: to, width, height });
      expect(await formatOf(compressed.bytes)).toBe(to);
      await expect(sharp(compressed.bytes).stats()).resolves.toBeDefined();
    },
  );

  it.each(TARGETS)('shows the same picture as %s', async (format) => {
    const { bytes } = await compress(await quarters(80, 60).png().toBuffer(), { format });
    expect(await colourNameAt(bytes, 0.2, 0.2)).toBe('red');
    expect(await colourNameAt(bytes, 0.8, 0.2)).toBe('green');
    expect(await colourNameAt(bytes, 0.2, 0.8)).toBe('blue');
    expect(await colourNameAt(bytes, 0.8, 0.8)).toBe('white');
  });

  it.each([
    ['CMYK', () => picture(64, 64).toColourspace('cmyk').jpeg().toBuffer()],
    ['16 bits', () => picture(64, 64).toColourspace('rgb16').png().toBuffer()],
  ])('converts %s to sRGB', async (_, source) => {
    const { bytes } = await compress(await source(), { format: 'jpeg' });
    expect(await sharp(bytes).metadata()).toMatchObject({ space: 'srgb', channels: 3 });
  });

  it('converts the colours of a wide-gamut picture, and drops its profile', async () => {
    const wide = await plain('#0f0').removeAlpha().withIccProfile('p3').png().toBuffer();
    const stored = await sharp(wide).pipelineColourspace('srgb').metadata();
    expect(stored.hasProfile).toBe(true);
    const { bytes } = await compress(wide, { format: 'webp', quality: 100 });
    expect((await sharp(bytes).metadata()).hasProfile).toBe(false);
    const [red = 0, green = 0, blue = 0] = await colourAt(bytes, 0.5, 0.5);
    expect(red).toBeLessThan(20);
    expect(green).toBeGreaterThan(235);
    expect(blue).toBeLessThan(20);
  });
});

describe('compress: quality and effort', () => {
  const size = async (given: Partial<CompressOptions>) =>
    (await compress(await opaquePng(), given)).bytes.length;

  it.each(TARGETS)('makes %s smaller with lower quality', async (format) => {
    const low = await size({ format, quality: 10 });
    const middle = await size({ format, quality: 50 });
    const high = await size({ format, quality: 95 });
    expect(low).toBeLessThan(middle);
    expect(middle).toBeLessThan(high);
  });

  // AVIF uses effort for quality too, so its size is not comparable.
  it.each(['jpeg', 'png', 'webp'] as const)('makes %s smaller with more effort', async (format) => {
    expect(await size({ format, effort: 'small' })).toBeLessThan(
      await size({ format, effort: 'fast' }),
    );
  });

  it.each(SOURCES)('makes %s no larger with every step of effort', async (_, source) => {
    const original = await source();
    const sizes = await Promise.all(
      EFFORTS.map(async (effort) => (await compress(original, { effort })).bytes.length),
    );
    expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
  });

  it.each(
    SOURCES.flatMap(([format, source]) =>
      (['fast', 'balanced', 'small'] as const).map((effort) => [format, effort, source] as const),
    ),
  )('supports %s with effort %s', async (format, effort, source) => {
    const { bytes } = await compress(await source(), { effort });
    expect(await formatOf(bytes)).toBe(format);
  });

  it('is lossless for a PNG at quality 100', async () => {
    const { bytes } = await compress(await opaquePng(), { quality: 100 });
    expect((await sharp(bytes).raw().toBuffer()).equals(pixels(200, 150))).toBe(true);
  });
});
