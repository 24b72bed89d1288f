import sharp, { type Sharp } from 'sharp';
import { ImageError } from '../../../src/errors';
import { ENCODERS } from '../../../src/images/encoders';
import { compress } from '../../support/compress';
import { photo, picture } from '../../support/pictures';
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

  /** A JPEG whose data must be read before decoding. */
  const doubtful = async () =>
    (await picture(900, 900).jpeg({ progressive: true }).toBuffer()).subarray(0, -2);

  it("throws the signal's reason when aborted while the data of a JPEG are read", async () => {
    const controller = new AbortController();
    const start = Date.now();
    let calls = 0;
    // The first call sets the deadline; the next one is made between two batches of the work.
    jest.spyOn(Date, 'now').mockImplementation(() => {
      calls += 1;
      if (calls === 2) controller.abort(new Error('stopped'));
      return start;
    });
    const work = compress(await doubtful(), {}, controller.signal);
    await expect(work).rejects.toThrow('stopped');
  });

  it('limits the decoder to the remaining time', async () => {
    const bytes = await doubtful();
    const start = Date.now();
    const prototype = Object.getPrototypeOf(sharp(bytes)) as Sharp;
    const timeout = jest.spyOn(prototype, 'timeout');
    let calls = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => {
      calls += 1;
      return calls === 1 ? start : start + 100_000;
    });
    await compress(bytes);
    expect(timeout).toHaveBeenCalledWith({ seconds: 20 });
  });

  it('throws a timeout when the data of a JPEG take too long to read', async () => {
    const bytes = await doubtful();
    const start = Date.now();
    let calls = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => (calls++ === 0 ? start : start + 120_000));
    const error = await failure(compress(bytes));
    expect(error).toBeInstanceOf(ImageError);
    expect(error).toMatchObject({ code: 'timeout', retryable: true });
  });
});
