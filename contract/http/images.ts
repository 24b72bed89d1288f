import { IMAGE_FORMATS } from '../formats';
import { IMAGE_STATUSES } from '../statuses';
import { TIMELINE_EVENTS } from '../timeline';
import { integer, requestIdParams } from './fields';
import { z } from './zod';

/** A name, its port, and `s3://` before a bucket. */
const MAX_HOST_LENGTH = 300;

const CODE_EXPECTED = 'Expected an error code, such as not_found';
const HOST_EXPECTED = 'Expected a host, such as cdn.example.com';
const CURSOR_EXPECTED = 'Expected the next_cursor of an earlier page, or ROW.INDEX';

export const imagesQuery = z.strictObject({
  status: z.enum(IMAGE_STATUSES, 'Expected pending, succeeded or failed').optional(),
  code: z
    .string(CODE_EXPECTED)
    .regex(/^[a-z0-9_]{1,40}$/, CODE_EXPECTED)
    .optional()
    .openapi({
      description:
        'The error code. An image that waits for its next attempt has that of its last one.',
    }),
  host: z
    .string(HOST_EXPECTED)
    .min(1, HOST_EXPECTED)
    .max(MAX_HOST_LENGTH, `Expected at most ${MAX_HOST_LENGTH} characters`)
    .optional()
    .openapi({ description: 'The host of the link in any case, as in the groups of failures.' }),
  limit: integer(1, 1000).default(100).openapi({ default: 100 }),
  cursor: z
    .string(CURSOR_EXPECTED)
    .regex(/^\d{1,9}\.\d{1,9}$/, CURSOR_EXPECTED)
    .optional()
    .openapi({
      description:
        'The `next_cursor` of the page before, or `ROW.INDEX` to begin anywhere: `ROW` is the number of a row as in ' +
        '`row`, `INDEX` a link in it counted from 0. `5000.0` begins at row 5000.',
    }),
});

export const imageResource = z
  .object({
    row: z.int().openapi({ description: '1 for the first row below the header.' }),
    position: z
      .int()
      .nullable()
      .openapi({ description: '1 for the first link of the row; `null` for a bad row.' }),
    source_url: z.string().nullable(),
    status: z.enum(IMAGE_STATUSES),
    attempts: z.int(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    output_url: z.string().nullable(),
    bytes_in: z.int().nullable(),
    bytes_out: z.int().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    format: z.enum(IMAGE_FORMATS).nullable(),
    note: z.string().nullable().openapi({
      description: 'A sentence about the output: that frames or pages were left out.',
    }),
  })
  .openapi('Image');

export type ImageResource = z.output<typeof imageResource>;

export const imagesPage = z
  .object({ images: z.array(imageResource), next_cursor: z.string().nullable() })
  .openapi('ImagesPage');

export type ImagesPage = z.output<typeof imagesPage>;

export const imageParams = requestIdParams.extend({
  row: z.int().openapi({ description: '1 for the first row below the header.' }),
  position: z.int().openapi({ description: '1 for the first link of the row.' }),
});

export const imageDetail = imageResource
  .extend({
    timeline: z
      .array(
        z.object({
          event: z.enum(TIMELINE_EVENTS),
          at: z.iso.datetime(),
          ms: z.int().nullable().openapi({
            description: 'How long it took, in milliseconds; `null` for a moment.',
          }),
          detail: z.string().nullable().openapi({
            description: 'A sentence: the error of an attempt, the size of a download, and so on.',
          }),
        }),
      )
      .openapi({
        description:
          'What happened to the image in the current round, in order. Of the attempts, the last is given in ' +
          'steps; earlier ones as `retried` with the error. Empty for images that older versions processed.',
      }),
  })
  .openapi('ImageDetail');

export type ImageDetail = z.output<typeof imageDetail>;
export type TimelineEntry = ImageDetail['timeline'][number];
