import { DEFAULT_COMPRESS_OPTIONS, EFFORTS, TARGET_FORMATS } from '../formats';
import { DEFAULT_SHEET_OPTIONS, OUTPUTS } from '../sheets';
import { parseUrl } from '../url';
import { integer, oneOf } from './fields';
import { z } from './zod';

/** In pixels; more than any accepted image has. */
const MAX_SIDE = 65_535;

/** The text fields of the upload form. Patterns have no flags: OpenAPI knows none. They are strings, because forms send strings. */
export const uploadFields = z.strictObject({
  webhook_url: z
    .string('Expected an http or https URL')
    .max(2048, 'Expected at most 2048 characters')
    .regex(/^[Hh][Tt][Tt][Pp][Ss]?:/, 'Expected an http or https URL')
    .optional()
    .openapi({ format: 'uri', description: 'Receives the outcome. Default: `WEBHOOK_URL`.' }),
  quality: integer(1, 100)
    .default(DEFAULT_COMPRESS_OPTIONS.quality)
    .openapi({ default: DEFAULT_COMPRESS_OPTIONS.quality }),
  format: oneOf(TARGET_FORMATS).default(DEFAULT_COMPRESS_OPTIONS.format),
  effort: oneOf(EFFORTS)
    .default(DEFAULT_COMPRESS_OPTIONS.effort)
    .openapi({ description: 'Trades CPU time for file size.' }),
  max_width: integer(1, MAX_SIDE)
    .optional()
    .openapi({ description: 'Maximum width in pixels. Images are never enlarged.' }),
  max_height: integer(1, MAX_SIDE)
    .optional()
    .openapi({ description: 'Maximum height in pixels. Images are never enlarged.' }),
  // In any case: generated Python clients send `True`.
  strict: z
    .string('Expected true or false')
    .toLowerCase()
    .pipe(z.enum(['true', 'false'], 'Expected true or false'))
    .default('false')
    .transform((value) => value === 'true')
    .openapi({
      type: 'boolean',
      default: false,
      description: 'Refuse the file if any row is bad.',
    }),
  link_columns: z.string().optional().openapi({
    description:
      'Names of the columns that hold links, as one CSV record. Default: columns with a known name.',
    example: 'Main Image,"Images, other"',
  }),
  base_url: z
    .string('Expected an http or https URL')
    .max(2048, 'Expected at most 2048 characters')
    .regex(/^[Hh][Tt][Tt][Pp][Ss]?:\/\//, { error: 'Expected an http or https URL', abort: true })
    .refine((text) => parseUrl(text) !== null, 'Expected an http or https URL')
    .optional()
    .openapi({
      format: 'uri',
      description: 'What relative links (`/m/u/mug.jpg`) are appended to.',
      example: 'https://shop.example/media/catalog/product',
    }),
  encoding: z.string().default(DEFAULT_SHEET_OPTIONS.encoding).openapi({
    default: DEFAULT_SHEET_OPTIONS.encoding,
    description:
      'A WHATWG encoding label, such as `windows-1252`. Default: found from the content. A byte order mark decides before it.',
  }),
  output: oneOf(OUTPUTS).default(DEFAULT_SHEET_OPTIONS.output).openapi({
    description:
      '`append`: the result has a further column with the output links. `replace`: they stand in place of the links.',
  }),
});

type Fields = z.ZodObject<(typeof uploadFields)['shape']>;

/** The fields as the client accepts them: numbers and booleans may also be given as such. */
export type UploadFields = {
  readonly [Name in keyof z.input<Fields>]?: z.input<Fields>[Name] | z.output<Fields>[Name];
};

export const uploadForm = z
  .object({
    file: z.string().openapi({
      format: 'binary',
      description: 'A CSV with a header and at least one column of links to images.',
    }),
    ...uploadFields.shape,
  })
  .openapi('Upload');

export const uploadHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'Expected 1 to 255 visible ASCII characters')
    .optional()
    .openapi({ description: 'Repeating the same key and content returns the same request id.' }),
});

export const accepted = z.object({ request_id: z.string() }).openapi('Accepted');
