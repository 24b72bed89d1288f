import sharp from 'sharp';
import { makePicture } from '../../../src/dev/demo/pictures';

describe('makePicture', () => {
  it('makes the same picture of the same name', async () => {
    const [one, again] = await Promise.all([makePicture('mug.jpg'), makePicture('mug.jpg')]);
    expect(one.bytes.equals(again.bytes)).toBe(true);
  });

  it('makes another picture of another name', async () => {
    const [one, other] = await Promise.all([makePicture('mug.jpg'), makePicture('cup.jpg')]);
    expect(one.bytes.equals(other.bytes)).toBe(false);
  });

  it.each([
    ['mug.jpg', 'image/jpeg', 'jpeg', false],
    ['mug.png', 'image/png', 'png', true],
    ['mug.webp', 'image/webp', 'webp', false],
  ])('makes %s by its extension', async (name, contentType, format, hasAlpha) => {
    const picture = await makePicture(name);
    expect(picture.contentType).toBe(contentType);
    await expect(sharp(picture.bytes).metadata()).resolves.toMatchObject({ format, hasAlpha });
  });

  it('leaves part of a PNG transparent and part opaque', async () => {
    const { channels } = await sharp((await makePicture('mug.png')).bytes).stats();
    expect(channels[3]).toMatchObject({ min: 0, max: 255 });
  });

  it('lays a rotated photo on its side and says so by EXIF', async () => {
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
