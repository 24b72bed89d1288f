import type { Config } from '../config';
import { ImageError } from '../errors';
import { MAX_SIDE } from './encoders';
import { inspect } from './inspect';
import { openPicture } from './openPicture';

/** Small pictures beside a list: a little more quality than the images themselves have by default. */
const QUALITY = 60;
/**
 * Of 0 to 6. Measured with libwebp at widths of 160 and 640, on a photo and a cut-out: 2 makes files 10 to 25 % smaller than
 * 1 in about the same CPU time; 4 saves 3 to 7 % more and takes up to three times as long.
 */
const EFFORT = 2;

/**
 * Makes a thumbnail of an image, or of its first frame: a WebP of at most this width, never enlarged.
 *
 * @throws ImageError
 */
export async function makeThumbnail(
  bytes: Buffer,
  width: number,
  { MAX_IMAGE_PIXELS }: Pick<Config, 'MAX_IMAGE_PIXELS'>,
): Promise<Buffer> {
  const image = await inspect(bytes);
  if (image.width * image.height > MAX_IMAGE_PIXELS) {
    const limit = `Expected at most ${MAX_IMAGE_PIXELS} pixels`;
    const message = `${limit}, received ${image.width}×${image.height}`;
    throw ImageError.permanent('too_many_pixels', message);
  }
  try {
    const picture = await openPicture(image, false, MAX_IMAGE_PIXELS);
    return await picture
      .resize({ width, height: MAX_SIDE.webp, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: QUALITY, effort: EFFORT })
      .toBuffer();
  } catch (error) {
    throw image.decodeError(error);
  }
}
