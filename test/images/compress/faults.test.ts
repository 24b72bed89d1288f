import { ENCODERS } from '../../../src/images/encoders';
import { compress } from '../../support/compress';
import { photo } from '../../support/pictures';
import { failure } from '../failure';

afterEach(() => {
  jest.restoreAllMocks();
});

function encoderThrows(error: Error): void {
  const jpeg = { ...ENCODERS.jpeg, balanced: () => Promise.reject(error) };
  jest.replaceProperty(ENCODERS, 'jpeg', jpeg);
}

describe('errors while an image is compressed', () => {
  it.each([
    ['a bug of ours', new TypeError('x is not a function')],
    ['no memory for an array', new RangeError('Array buffer allocation failed')],
    ['no memory in libvips', new Error('vips_malloc: out of memory --- size == 48MB')],
  ])('are not errors of the image: %s', async (_, error) => {
    encoderThrows(error);
    await expect(compress(await photo())).rejects.toBe(error);
  });

  it('are errors of the image when libvips rejects it', async () => {
    encoderThrows(new Error('VipsJpeg: premature end of JPEG image'));
    expect(await failure(compress(await photo()))).toMatchObject({ code: 'corrupt_image' });
  });
});
