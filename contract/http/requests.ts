import { EFFORTS, TARGET_FORMATS, type CompressOptions } from '../formats';
import { OUTPUTS } from '../sheets';
import { DELIVERY_STATES, REQUEST_STATUSES, RETRYABLE_STATUSES } from '../statuses';
import { integer, oneOf, time } from './fields';
import { z } from './zod';

const requestStatus = z.enum(REQUEST_STATUSES);

export const status = z
  .object({
    request_id: z.string(),
    status: requestStatus,
    details: z.string().openapi({ example: '37 of 40 images compressed, 2 failed, 1 to go' }),
  })
  .openapi('Status');

const instant = z.iso.datetime();

export type Status = z.output<typeof status>;

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
      base_url: z.string().nullable(),
      output: z.enum(OUTPUTS),
    } satisfies Record<keyof CompressOptions | 'base_url' | 'output', z.ZodType>),
    sheet: z.object({
      columns: z.array(z.string()),
      link_columns: z
        .array(z.string())
        .openapi({ description: 'Names of the link columns, from left to right.' }),
      delimiter: z
        .string()
        .nullable()
        .openapi({ description: '`null` for uploads recorded by older versions.' }),
      encoding: z.string(),
      rows: z.int(),
      warnings: z
        .array(z.string())
        .openapi({ description: 'Warnings about the file, as sentences.' }),
    }),
    round: z.int().openapi({ description: '1 for the upload; each retry adds 1.' }),
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    webhook: z
      .object({
        id: z.string().openapi({ description: 'The value of the header `webhook-id`.' }),
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
      temporal: z.string().nullable().openapi({
        description: "The request's page in the Temporal Web UI; `null` without `TEMPORAL_UI_URL`.",
      }),
    }),
  })
  .openapi('Request');

export type RequestResource = z.output<typeof requestResource>;

export const requestsPage = z
  .object({ requests: z.array(requestResource), next_cursor: z.string().nullable() })
  .openapi('RequestsPage');

export type RequestsPage = z.output<typeof requestsPage>;

const uploadedSince = time('Only requests uploaded at or after this date or date-time (ISO 8601).');
const uploadedUntil = time('Only requests uploaded before this date or date-time (ISO 8601).');

const MAX_SEARCH_LENGTH = 200;

/** Selects requests: in the query of the list, and in the body of a bulk operation. */
export const requestFilter = {
  status: oneOf(REQUEST_STATUSES).optional(),
  q: z
    .string('Expected text')
    .min(1, 'Expected text to search for')
    .max(MAX_SEARCH_LENGTH, `Expected at most ${MAX_SEARCH_LENGTH} characters`)
    // MongoDB refuses patterns with NUL.
    // eslint-disable-next-line no-control-regex -- control characters are what it refuses
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'Expected text without control characters')
    .optional()
    .openapi({
      description: 'The beginning of the request id, or part of the file name in any case.',
    }),
  since: uploadedSince,
  until: uploadedUntil,
};

export const requestsQuery = z.strictObject({
  ...requestFilter,
  limit: integer(1, 200).default(50).openapi({ default: 50 }),
  cursor: z.string().optional(),
});

export const resultQuery = z.strictObject({
  only: z
    .enum(['failed'], 'Expected failed')
    .optional()
    .openapi({ description: '`failed`: only the rows to correct and upload again.' }),
});

export const bulkRetryQuery = z.strictObject({
  status: oneOf(RETRYABLE_STATUSES)
    .optional()
    .openapi({ description: 'Default: `failed` and `completed_with_errors`.' }),
  since: uploadedSince,
  until: uploadedUntil,
});

export const bulkRetryResult = z
  .object({ retried: z.int(), skipped: z.int() })
  .openapi('BulkRetry');

export type BulkRetryResult = z.output<typeof bulkRetryResult>;
