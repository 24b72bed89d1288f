import { THUMBNAIL_WIDTHS } from '../formats';
import { z } from './zod';

const expected = `Expected one of ${THUMBNAIL_WIDTHS.join(', ')}`;

export const fileQuery = z.object({
  width: z
    .string(expected)
    .transform((text) => THUMBNAIL_WIDTHS.find((width) => String(width) === text))
    .pipe(z.literal(THUMBNAIL_WIDTHS, expected))
    .optional()
    .openapi({
      type: 'integer',
      enum: [...THUMBNAIL_WIDTHS],
      description:
        'Answers with a thumbnail of at most this width, in pixels, instead of the image.',
    }),
});
