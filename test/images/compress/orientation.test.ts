import sharp from 'sharp';
import { colourNameAt, quarters } from '../../support/colours';
import { compress } from '../../support/compress';
import { animation } from '../../support/pictures';

describe('compress: EXIF orientation', () => {
  // The visible colours of the upper corners, by EXIF's definition of each value.
  it.each([
    [1, 'red', 'green'],
    [2, 'green', 'red'],
    [3, 'white', 'blue'],
    [4, 'blue', 'white'],
    [5, 'red', 'blue'],
    [6, 'blue', 'red'],
    [7, 'white', 'green'],
    [8, 'green', 'white'],
  ])('%i is applied: %s at the top left, %s at the top right', async (orientation, left, right) => {
    const stored = await quarters(80, 40).withMetadata({ orientation }).jpeg().toBuffer();
    const { bytes, width, height } = await compress(stored);
    expect([width, height]).toEqual(orientation < 5 ? [80, 40] : [40, 80]);
    expect(await colourNameAt(bytes, 0.2, 0.2)).toBe(left);
    expect(await colourNameAt(bytes, 0.8, 0.2)).toBe(right);
    expect((await sharp(bytes).metadata()).orientation ?? 1).toBe(1);
  });

  it.each(['png', 'webp', 'tiff'] as const)('is also applied to %s', async (format) => {
    const stored = await quarters(80, 40)
      .withMetadata({ orientation: 6 })
      .toFormat(format)
      .toBuffer();
    const { bytes, width, height } = await compress(stored);
    expect([width, height]).toEqual([40, 80]);
    expect(await colourNameAt(bytes, 0.2, 0.2)).toBe('blue');
  });

  it('does not distort an animation, which cannot be rotated', async () => {
    const moving = await sharp(await animation(), { animated: true })
      .withMetadata({ orientation: 6 })
      .webp()
      .toBuffer();
    expect(await compress(moving, { max_width: 30 })).toMatchObject({ width: 30, height: 20 });
  });
});
