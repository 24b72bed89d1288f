import { createCompressor } from '../../src/images/compress';
import type { CompressOptions } from '../../src/records/types';

const { compress: compressWith } = createCompressor({ MAX_IMAGE_PIXELS: 1_000_000 });

/** Compresses with the defaults of an upload, but for what is given. */
export const compress = (bytes: Buffer, given: Partial<CompressOptions> = {}) =>
  compressWith(
    bytes,
    {
      ...{ quality: 50, format: 'keep', effort: 'balanced', max_width: null, max_height: null },
      ...given,
    },
    new AbortController().signal,
    'a',
  );

/** The pixels of a picture as they are shown, to the last bit. */
export const EXACT = { format: 'png', quality: 100 } as const;
