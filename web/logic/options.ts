import { DEFAULT_COMPRESS_OPTIONS } from '../../contract/formats';
import type { UploadFields } from '../../contract/http/uploads';
import { DEFAULT_SHEET_OPTIONS } from '../../contract/sheets';

/** Names of the fields of the upload form, as the service knows them. */
const NAMES = [
  'quality',
  'format',
  'effort',
  'max_width',
  'max_height',
  'strict',
  'base_url',
  'encoding',
  'output',
  'webhook_url',
];

/** What the selects of the form show at first: the service's own defaults. */
const DEFAULTS: Readonly<Record<string, string>> = {
  format: DEFAULT_COMPRESS_OPTIONS.format,
  effort: DEFAULT_COMPRESS_OPTIONS.effort,
  output: DEFAULT_SHEET_OPTIONS.output,
};

/** What the browser's `FormData` offers, as far as it is needed here. */
interface Form {
  get(name: string): unknown;
}

/** Reads the options that differ from the service's defaults: the same choice always gives the same fields. */
export function readFields(form: Form): UploadFields {
  const given = NAMES.flatMap((name) => {
    const value = form.get(name);
    if (typeof value !== 'string') return [];
    const text = value.trim();
    return text === '' || text === DEFAULTS[name] ? [] : [[name, text] as const];
  });
  return Object.fromEntries(given);
}
