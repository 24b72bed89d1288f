import { stringify } from 'csv-stringify/sync';

import { normalized } from './header';

export const OUTPUT_COLUMN = 'Output Image Urls';
export const ERRORS_COLUMN = 'Errors';

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

/** A result that is uploaded again has the column of outputs already: it is filled anew. */
export function resultHeader(columns: readonly string[]): string[] {
  return outputPlace(columns) === -1 ? [...columns, OUTPUT_COLUMN] : [...columns];
}

/** @param outputs in the sequence of the row's links; empty where an image has none, its place is kept */
export function resultRow(
  columns: readonly string[],
  cells: readonly string[],
  outputs: readonly string[],
): string[] {
  const place = outputPlace(columns);
  const list = outputs.join(',');
  return place === -1 ? [...cells, list] : cells.with(place, list);
}

function outputPlace(columns: readonly string[]): number {
  return columns.findIndex((name) => normalized(name) === normalized(OUTPUT_COLUMN));
}

/** A file of failed rows that is fixed and uploaded again has an `Errors` column already: it is reused. */
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
