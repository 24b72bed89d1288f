import sharp from 'sharp';
import { makePicture } from '../../../src/dev/demo/pictures';

describe('makePicture', () => {
  it('makes the same picture for the same name', async () => {
    const [one, again] = await Promise.all([makePicture('mug.jpg'), makePicture('mug.jpg')]);
    expect(one.bytes.equals(again.bytes)).toBe(true);
  });

  it('makes another picture for another name', async () => {
    const [one, other] = await Promise.all([makePicture('mug.jpg'), makePicture('cup.jpg')]);
    expect(one.bytes.equals(other.bytes)).toBe(false);
  });

  it.each([
    ['mug.jpg', 'image/jpeg', 'jpeg', false],
    ['mug.png', 'image/png', 'png', true],
    ['mug.webp', 'image/webp', 'webp', false],
  ])('makes %s in the format of its extension', async (name, contentType, format, hasAlpha) => {
    const picture = await makePicture(name);
    expect(picture.contentType).toBe(contentType);
    await expect(sharp(picture.bytes).metadata()).resolves.toMatchObject({ format, hasAlpha });
  });

  it('makes a PNG partly transparent and partly opaque', async () => {
    const { channels } = await sharp((await makePicture('mug.png')).bytes).stats();
    expect(channels[3]).toMatchObject({ min: 0, max: 255 });
  });

  it('stores a rotated photo on its side, with an EXIF orientation', async () => {
    const { bytes } = await makePicture('mug-rotated.jpg');
    const { width, height, orientation } = await sharp(bytes).metadata();
    expect(orientation).toBe(6);
    const upright = await sharp(bytes).autoOrient().toBuffer({ resolveWithObject: true });
    expect([upright.info.width, upright.info.height]).toEqual([height, width]);
  });

  it('makes photos that are worth compressing', async () => {
    const { bytes } = await makePicture('mug.jpg');
    const smaller = await sharp(bytes).jpeg({ quality: 50 }).toBuffer();
    expect(smaller.length).toBeLessThan(0.6 * bytes.length);
  });
});
