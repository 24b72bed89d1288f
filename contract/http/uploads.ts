import { EFFORTS, TARGET_FORMATS } from '../formats';
import { integer, oneOf } from './fields';
import { z } from './zod';

/** Wider than any image that is accepted. */
const MAX_SIDE = 65_535;

/** The text fields of the upload form, as strings: that is how forms send them. */
export const uploadFields = z.strictObject({
  webhook_url: z
    .string('Expected an http or https URL')
    .max(2048, 'Expected at most 2048 characters')
    .regex(/^https?:/i, 'Expected an http or https URL')
    .optional()
    .openapi({ format: 'uri', description: 'Where the outcome is sent; otherwise `WEBHOOK_URL`.' }),
  quality: integer(1, 100).default(50).openapi({ default: 50 }),
  format: oneOf(TARGET_FORMATS).default('keep'),
  effort: oneOf(EFFORTS).default('balanced').openapi({ description: 'Trades CPU for bytes.' }),
  max_width: integer(1, MAX_SIDE).optional().openapi({ description: 'Pixels; never enlarged.' }),
  max_height: integer(1, MAX_SIDE).optional().openapi({ description: 'Pixels; never enlarged.' }),
  strict: z
    .enum(['true', 'false'], 'Expected true or false')
    .default('false')
    .transform((value) => value === 'true')
    .openapi({ type: 'boolean', default: false, description: 'Any bad row refuses the file.' }),
});

type Fields = z.ZodObject<(typeof uploadFields)['shape']>;

/** The fields as a caller may give them: numbers and flags also as such. */
export type UploadFields = {
  readonly [Name in keyof z.input<Fields>]?: z.input<Fields>[Name] | z.output<Fields>[Name];
};

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

export const accepted = z.object({ request_id: z.string() }).openapi('Accepted');
