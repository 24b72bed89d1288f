import sharp from 'sharp';
import { colourAt, plain } from '../../support/colours';
import { compress } from '../../support/compress';
import { transparentPng } from '../../support/pictures';

describe('compress: transparency', () => {
  const half = { r: 0, g: 0, b: 0, alpha: 0.5 };
  const clear = { r: 255, g: 0, b: 0, alpha: 0 };

  it.each(['png', 'webp', 'tiff'] as const)('of %s becomes white in JPEG', async (format) => {
    const source = await plain(clear)
      .toFormat(format, format === 'tiff' ? { compression: 'lzw' } : {})
      .toBuffer();
    const { bytes } = await compress(source, { format: 'jpeg' });
    expect(await colourAt(bytes, 0.5, 0.5)).toEqual([255, 255, 255, 255]);
  });

  it('is blended with white in JPEG', async () => {
    const { bytes } = await compress(await plain(half).png().toBuffer(), { format: 'jpeg' });
    const [red = 0] = await colourAt(bytes, 0.5, 0.5);
    expect(Math.abs(red - 127)).toBeLessThan(4);
  });

  it.each(['keep', 'png', 'webp', 'avif'] as const)('is kept in %s', async (format) => {
    const { bytes } = await compress(await plain(clear).png().toBuffer(), { format });
    expect((await colourAt(bytes, 0.5, 0.5))[3]).toBe(0);
  });

  it('leaves no alpha channel in JPEG', async () => {
    const { bytes } = await compress(await transparentPng(), { format: 'jpeg' });
    expect((await sharp(bytes).metadata()).channels).toBe(3);
  });
});
