import sharp from 'sharp';
import { colourNameAt } from '../../support/colours';
import { compress, movingWebp } from '../../support/compress';
import { animation } from '../../support/pictures';

describe('compress: animation', () => {
  const sources = [
    ['gif', animation],
    ['webp', movingWebp],
  ] as const;

  it.each(
    sources.flatMap(([from, source]) =>
      (['keep', 'webp'] as const).map((to) => [from, to, source] as const),
    ),
  )('from %s to %s keeps frames, order and delays', async (_, to, source) => {
    const { bytes, width, height } = await compress(await source(), { format: to });
    expect([width, height]).toEqual([60, 40]);
    const metadata = await sharp(bytes).metadata();
    expect(metadata).toMatchObject({ pages: 3, delay: [100, 100, 100], loop: 0 });
    const colours = [0, 1, 2].map((page) => colourNameAt(bytes, 0.5, 0.5, page));
    expect(await Promise.all(colours)).toEqual(['red', 'green', 'blue']);
  });

  it.each(['jpeg', 'png', 'avif'] as const)('becomes its first frame in %s', async (format) => {
    const compressed = await compress(await animation(), { format });
    expect(compressed).toMatchObject({ width: 60, height: 40 });
    expect((await sharp(compressed.bytes).metadata()).pages ?? 1).toBe(1);
    expect(await colourNameAt(compressed.bytes, 0.5, 0.5)).toBe('red');
  });

  it('is resized frame by frame', async () => {
    const compressed = await compress(await animation(), { max_width: 30 });
    expect(compressed).toMatchObject({ width: 30, height: 20, format: 'gif' });
    const metadata = await sharp(compressed.bytes, { animated: true }).metadata();
    expect(metadata).toMatchObject({ width: 30, pageHeight: 20, pages: 3 });
  });
});
