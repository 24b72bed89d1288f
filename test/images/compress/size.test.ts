import fc from 'fast-check';
import sharp from 'sharp';
import { compress, SOURCES, formatOf } from '../../support/compress';
import { photo, picture, turnedPhoto } from '../../support/pictures';

describe('compress: when the result is not smaller', () => {
  const tiny = {
    jpeg: () => picture(200, 150).jpeg({ quality: 30, mozjpeg: true }).toBuffer(),
    png: () => picture(200, 150).png({ palette: true, quality: 10, effort: 10 }).toBuffer(),
    webp: () => picture(200, 150).webp({ quality: 1, effort: 6 }).toBuffer(),
    avif: () => picture(200, 150).avif({ quality: 1, effort: 4 }).toBuffer(),
  };

  it.each(Object.entries(tiny))('keeps the original %s', async (format, source) => {
    const original = await source();
    const { bytes } = await compress(original, { quality: 100 });
    expect(bytes.equals(original)).toBe(true);
    expect(await formatOf(bytes)).toBe(format);
  });

  it('keeps the original when its own format and a larger size are asked for', async () => {
    const original = await tiny.jpeg();
    const { bytes } = await compress(original, { quality: 100, format: 'jpeg', max_width: 200 });
    expect(bytes.equals(original)).toBe(true);
  });

  it('still converts when another format is asked for', async () => {
    const original = await tiny.jpeg();
    const { bytes, format } = await compress(original, { format: 'png', quality: 100 });
    expect(bytes.length).toBeGreaterThan(original.length);
    expect([format, await formatOf(bytes)]).toEqual(['png', 'png']);
  });

  it('still resizes it as requested', async () => {
    const original = await tiny.webp();
    const compressed = await compress(original, { quality: 100, max_width: 190 });
    expect(compressed.bytes.length).toBeGreaterThan(original.length);
    expect(compressed).toMatchObject({ width: 190, height: 143 });
  });

  it('never makes a compressed image larger', async () => {
    for (const [, source] of SOURCES) {
      const once = await compress(await source());
      const twice = await compress(once.bytes);
      expect(twice.bytes.length).toBeLessThanOrEqual(once.bytes.length);
    }
  });
});

describe('compress: max_width and max_height', () => {
  it.each([
    [100, null, 100, 75],
    [null, 60, 80, 60],
    [100, 30, 40, 30],
    [40, 200, 40, 30],
    [320, 240, 320, 240],
    [1000, 1000, 320, 240],
    [1, 1, 1, 1],
  ])('%j × %j resize 320 × 240 to %i × %i', async (max_width, max_height, width, height) => {
    const compressed = await compress(await photo(), { max_width, max_height });
    expect(compressed).toMatchObject({ width, height });
    expect(await sharp(compressed.bytes).metadata()).toMatchObject({ width, height });
  });

  it('apply to the upright picture when EXIF rotates it', async () => {
    const compressed = await compress(await turnedPhoto(), { max_width: 60 });
    expect(compressed).toMatchObject({ width: 60, height: 100 });
  });

  it('keep at least one pixel per side', async () => {
    const line = await picture(1000, 1).png().toBuffer();
    expect(await compress(line, { max_width: 10 })).toMatchObject({ width: 10, height: 1 });
  });

  it('fit any picture into any limits, in proportion and never enlarged', async () => {
    const side = fc.integer({ min: 1, max: 120 });
    const limit = fc.option(fc.integer({ min: 1, max: 150 }));
    await fc.assert(
      fc.asyncProperty(side, side, limit, limit, async (w, h, max_width, max_height) => {
        const source = await picture(w, h).png().toBuffer();
        const { width, height } = await compress(source, { effort: 'fast', max_width, max_height });
        expect(width).toBeLessThanOrEqual(Math.min(w, max_width ?? w));
        expect(height).toBeLessThanOrEqual(Math.min(h, max_height ?? h));
        const scale = Math.min(1, (max_width ?? w) / w, (max_height ?? h) / h);
        expect(Math.abs(width - w * scale)).toBeLessThanOrEqual(1);
        expect(Math.abs(height - h * scale)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });
});
