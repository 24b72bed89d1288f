import { stringify } from 'csv-stringify/sync';

const OUTPUT_COLUMN = 'Output Image Urls';
const ERRORS_COLUMN = 'Errors';

/**
 * What a spreadsheet would run instead of showing (OWASP, CSV injection), full-width forms included: also
 * behind leading spaces, which spreadsheets skip.
 */
const FORMULA = /^[ \u00A0]*[=+\-@＝＋－＠\t\r\n]/;

export interface FormatOptions {
  /** Puts `'` before cells that would run. */
  readonly escapeFormulas: boolean;
}

/** One record by RFC 4180, its line end included. */
export function formatRecord(cells: readonly string[], { escapeFormulas }: FormatOptions): string {
  const safe = escapeFormulas
    ? cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell))
    : [...cells];
  // csv-stringify by itself quotes line ends only if they are its own record delimiter.
  return stringify([safe], { record_delimiter: 'windows', quoted_match: /[\r\n]/ });
}

export function resultHeader(columns: readonly string[]): string[] {
  return [...columns, OUTPUT_COLUMN];
}

/** @param outputs in the sequence of the row's links; empty where an image has none, its place is kept */
export function resultRow(cells: readonly string[], outputs: readonly string[]): string[] {
  return [...cells, outputs.join(',')];
}

/** A file of failed rows that is mended and uploaded again has an `Errors` column already: it is reused. */
export function failedHeader(columns: readonly string[]): string[] {
  return columns.includes(ERRORS_COLUMN) ? [...columns] : [...columns, ERRORS_COLUMN];
}

export function failedRow(
  columns: readonly string[],
  cells: readonly string[],
  errors: string,
): string[] {
  const place = columns.indexOf(ERRORS_COLUMN);
  return place === -1 ? [...cells, errors] : cells.with(place, errors);
}
