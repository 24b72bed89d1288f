import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { parseWebUrl } from '../network/webUrl';
import { EFFORTS, IMAGE_FORMATS, TARGET_FORMATS } from '../../contract/formats';
import {
  DELIVERY_STATES,
  IMAGE_STATUSES,
  REQUEST_STATUSES,
  RETRYABLE_STATUSES,
} from '../../contract/statuses';

extendZodWithOpenApi(z);

/** The shapes of the HTTP contract: what is validated and what is documented are the same objects. */

/** Wider than any image that is accepted. */
const MAX_SIDE = 65_535;

function whole(low: number, high: number) {
  const range = `Expected a whole number from ${low} to ${high}`;
  return z
    .string(range)
    .regex(/^\d{1,9}$/, range)
    .transform(Number)
    .refine((value) => value >= low && value <= high, range)
    .openapi({ type: 'integer', minimum: low, maximum: high });
}

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `Expected one of ${values.join(', ')}`);

export const requestIdParams = z.object({
  request_id: z.string().openapi({ format: 'uuid', description: 'As the upload answered it.' }),
});

/** The text fields of the upload form, as strings: that is how forms send them. */
export const uploadFields = z.strictObject({
  webhook_url: z
    .string('Expected an http or https URL')
    .max(2048, 'Expected at most 2048 characters')
    .refine((text) => parseWebUrl(text) !== null, 'Expected an http or https URL')
    .optional()
    .openapi({ format: 'uri', description: 'Where the outcome is sent; otherwise `WEBHOOK_URL`.' }),
  quality: whole(1, 100).default(50).openapi({ default: 50 }),
  format: oneOf(TARGET_FORMATS).default('keep'),
  effort: oneOf(EFFORTS).default('balanced').openapi({ description: 'Trades CPU for bytes.' }),
  max_width: whole(1, MAX_SIDE).optional().openapi({ description: 'Pixels; never enlarged.' }),
  max_height: whole(1, MAX_SIDE).optional().openapi({ description: 'Pixels; never enlarged.' }),
  strict: z
    .enum(['true', 'false'], 'Expected true or false')
    .default('false')
    .transform((value) => value === 'true')
    .openapi({ type: 'boolean', default: false, description: 'Any bad row refuses the file.' }),
});

export const uploadForm = z
  .object({
    file: z.string().openapi({
      format: 'binary',
      description: 'The CSV: S. No., Product Name, Input Image Urls.',
    }),
    ...uploadFields.shape,
  })
  .openapi('Upload');

export const uploadHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'Expected 1 to 255 visible ASCII characters')
    .optional()
    .openapi({ description: 'The same key and content again: the first request id again.' }),
});

export const resultQuery = z.strictObject({
  only: z
    .enum(['failed'], 'Expected failed')
    .optional()
    .openapi({ description: '`failed`: the rows to mend and upload again.' }),
});

export const imagesQuery = z.strictObject({
  status: z.enum(IMAGE_STATUSES, 'Expected pending, succeeded or failed').optional(),
  limit: whole(1, 1000).default(100).openapi({ default: 100 }),
  cursor: z
    .string()
    .regex(/^\d{1,9}\.\d{1,9}$/, 'Expected a next_cursor that an earlier page gave')
    .optional(),
});

/** The place behind a request in the list: when it was created, and its id. */
interface Place {
  readonly created_at: Date;
  readonly _id: string;
}

/** Opaque to clients: they are only to hand it back. */
export function cursorBehind({ created_at, _id }: Place): string {
  return Buffer.from(`${created_at.getTime()} ${_id}`).toString('base64url');
}

const requestsCursor = z
  .string()
  .transform((cursor, context): Place => {
    const text = Buffer.from(cursor, 'base64url').toString();
    const [, time, id] = /^(\d{1,15}) ([0-9a-f-]{36})$/.exec(text) ?? [];
    if (time === undefined || id === undefined) {
      context.addIssue('Expected a next_cursor that an earlier page gave');
      return z.NEVER;
    }
    return { created_at: new Date(Number(time)), _id: id };
  })
  .openapi({ type: 'string' });

export const requestsQuery = z.strictObject({
  status: oneOf(REQUEST_STATUSES).optional(),
  limit: whole(1, 200).default(50).openapi({ default: 50 }),
  cursor: requestsCursor.optional(),
});

/** A date alone is its midnight, in UTC. */
const moment = (description: string) =>
  z
    .union(
      [z.iso.date(), z.iso.datetime({ offset: true })],
      'Expected a date or a date-time with its zone, such as 2026-01-31 or 2026-01-31T08:00:00Z',
    )
    .transform((text) => new Date(text))
    .optional()
    .openapi({ type: 'string', description });

export const bulkRetryQuery = z.strictObject({
  status: oneOf(RETRYABLE_STATUSES)
    .optional()
    .openapi({ description: 'Otherwise `failed` and `completed_with_errors`.' }),
  since: moment('Uploaded at this date or date-time (ISO 8601), or later.'),
  until: moment('Uploaded before this date or date-time.'),
});

export const bulkRetryResult = z
  .object({ retried: z.int(), skipped: z.int() })
  .openapi('BulkRetry');

export const accepted = z.object({ request_id: z.string() }).openapi('Accepted');

const requestStatus = z.enum(REQUEST_STATUSES);

export const status = z
  .object({
    request_id: z.string(),
    status: requestStatus,
    details: z.string().openapi({ example: '37 of 40 images compressed, 2 failed, 1 to go' }),
  })
  .openapi('Status');

const instant = z.iso.datetime();

export const requestResource = z
  .object({
    request_id: z.string(),
    status: requestStatus,
    details: z.string(),
    file_name: z.string(),
    counts: z.object({
      total: z.int(),
      succeeded: z.int(),
      failed: z.int(),
      pending: z.int(),
    }),
    bytes: z.object({ in: z.int(), out: z.int() }),
    options: z.object({
      quality: z.int(),
      format: z.enum(TARGET_FORMATS),
      effort: z.enum(EFFORTS),
      max_width: z.int().nullable(),
      max_height: z.int().nullable(),
    }),
    sheet: z.object({
      columns: z.array(z.string()),
      link_columns: z
        .array(z.string())
        .openapi({ description: 'The columns that were read for links, from left to right.' }),
      delimiter: z
        .string()
        .nullable()
        .openapi({ description: 'null for uploads recorded by older versions.' }),
      encoding: z.string(),
      rows: z.int(),
      warnings: z
        .array(z.string())
        .openapi({ description: 'Warnings about the sheet, as sentences.' }),
    }),
    attempt: z.int().openapi({ description: '1 for the first run; each retry is another.' }),
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    webhook: z
      .object({
        id: z.string().openapi({ description: 'The `webhook-id`.' }),
        url: z.string(),
        state: z.enum(['waiting', ...DELIVERY_STATES]),
        attempts: z.int(),
        status_code: z.int().nullable(),
        error: z.string().nullable(),
        delivered_at: instant.nullable(),
      })
      .nullable(),
    links: z.object({
      self: z.string(),
      status: z.string(),
      images: z.string(),
      events: z.string(),
      result: z.string().nullable(),
      failed: z.string().nullable(),
    }),
  })
  .openapi('Request');

export const requestsPage = z
  .object({ requests: z.array(requestResource), next_cursor: z.string().nullable() })
  .openapi('RequestsPage');

export const imageResource = z
  .object({
    row: z.int().openapi({ description: '1 for the first row below the header.' }),
    position: z.int().nullable().openapi({ description: '1 for the first link; null: a bad row.' }),
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
      description: 'What to know of the output: that frames or pages were left out.',
    }),
  })
  .openapi('Image');

export const imagesPage = z
  .object({ images: z.array(imageResource), next_cursor: z.string().nullable() })
  .openapi('ImagesPage');

const problem = z
  .object({
    detail: z.union([
      z.string(),
      z.array(
        z.object({
          loc: z.array(z.union([z.string(), z.int()])),
          msg: z.string(),
          type: z.string(),
        }),
      ),
    ]),
  })
  .openapi('Problem');

/** An error answer, for the document. */
export function problemResponse(description: string) {
  return { description, content: { 'application/json': { schema: problem } } };
}

export function jsonResponse(description: string, schema: z.ZodType) {
  return { description, content: { 'application/json': { schema } } };
}
