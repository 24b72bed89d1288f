import { Refusal } from '../contract/refusal';
import { parseRecord } from './parse';

/** Columns that the service writes. They are never link columns. */
export const OUTPUT_COLUMN = 'Output Image Urls';
export const ERRORS_COLUMN = 'Errors';

/** Lowercases a column name, and removes separators, quotes and invisible characters. */
export function normalized(name: string): string {
  return name.toLowerCase().replace(/[\s._\-"\p{Cc}\p{Cf}]/gu, '');
}

const OWN_NAMES = [OUTPUT_COLUMN, ERRORS_COLUMN].map(normalized);

export function isOwnColumn(name: string): boolean {
  return OWN_NAMES.includes(normalized(name));
}

/** Returns the index of the column that holds our output links; -1 if there is none. */
export function outputIndex(columns: readonly string[]): number {
  return columns.findIndex((name) => normalized(name) === normalized(OUTPUT_COLUMN));
}

/** Whether a sheet with these columns is itself a result or a file of failed rows. */
export function isOwnOutput(columns: readonly string[]): boolean {
  return columns.includes(ERRORS_COLUMN) || outputIndex(columns) !== -1;
}

/** Every name is compared with every column of every line that may be the header. */
const MAX_NAMES = 100;

/**
 * Reads the upload field `link_columns`: one CSV record of column names.
 *
 * @throws Refusal `invalid`
 */
export function readColumnNames(field: string): readonly string[] {
  const names = parseRecord(field, ',')
    ?.map((name) => name.trim())
    .filter((name) => name !== '');
  if (names !== undefined && names.length > 0 && names.length <= MAX_NAMES) return names;
  const msg =
    `Expected up to ${MAX_NAMES} names of columns as one CSV record, such as Main Image,"Images, other"; received ` +
    (field.trim() === '' ? 'none' : names === undefined ? 'a text that is not one record' : 'more');
  throw new Refusal('invalid', msg, [{ loc: ['body', 'link_columns'], msg, type: 'link_columns' }]);
}
