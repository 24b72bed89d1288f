import { ImageError } from '../../src/errors';
import { compress } from '../../src/images/compress';
import { options } from '../support/compress';

/** The limit of an installation without settings. */
const LIMITS = { MAX_IMAGE_PIXELS: 50_000_000 };

/** Compresses a picture, and returns `null` or the error of the picture. Anything else is thrown. */
export async function errorOf(bytes: Buffer): Promise<ImageError | null> {
  try {
    await compress(bytes, options({ effort: 'fast' }), LIMITS);
    return null;
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}

/** What a message must not show: a path, a line break, or the words of a library. */
const INTERNAL =
  /[\n\r\0]|(^|\s)\/\w|node_modules|vips|libpng|libjpeg|libtiff|tiff2vips|heif:|nsgif|lcms|sharp|buffer|failOn|at \w+ \(/i;

export const showsInternals = (message: string) => message === '' || INTERNAL.test(message);
