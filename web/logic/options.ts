import type { UploadFields } from '../../contract/http/uploads';

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

/** What the browser's `FormData` offers, as far as it is needed here. */
interface Form {
  get(name: string): unknown;
}

/** Reads the options that are filled in; for the others the service has defaults. */
export function readFields(form: Form): UploadFields {
  const given = NAMES.flatMap((name) => {
    const value = form.get(name);
    return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as const] : [];
  });
  return Object.fromEntries(given);
}
