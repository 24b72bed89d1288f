import { stringify } from 'csv-stringify/sync';

import { ERRORS_COLUMN, normalized, OUTPUT_COLUMN } from './columnNames';
import { escapeFormula } from './formula';

/**
 * Cells to quote besides those that csv-stringify quotes: it knows only its own line ends, and a spreadsheet set to
 * another separator would split `x;=1+1` and run the second part.
 */
const QUOTED = /[\r\n;\t|]/;

export interface FormatOptions {
  /** Puts `'` before cells that would run as formulas. */
  readonly escapeFormulas: boolean;
}

/** Formats one record by RFC 4180, including its line end. */
export function formatRecord(cells: readonly string[], { escapeFormulas }: FormatOptions): string {
  const safe = escapeFormulas ? cells.map(escapeFormula) : [...cells];
  // By default csv-stringify quotes only the line ends that are its own record delimiter.
  return stringify([safe], { record_delimiter: 'windows', quoted_match: QUOTED });
}

/** Adds the output column, unless the upload is itself a result: then its output column is reused. */
export function resultHeader(columns: readonly string[]): string[] {
  return outputIndex(columns) === -1 ? [...columns, OUTPUT_COLUMN] : [...columns];
}

/** @param outputs in the order of the row's links; an empty string for an image without output */
export function resultRow(
  columns: readonly string[],
  cells: readonly string[],
  outputs: readonly string[],
): string[] {
  const index = outputIndex(columns);
  const list = outputs.join(',');
  return index === -1 ? [...cells, list] : cells.with(index, list);
}

function outputIndex(columns: readonly string[]): number {
  return columns.findIndex((name) => normalized(name) === normalized(OUTPUT_COLUMN));
}

/** Adds the `Errors` column, unless the upload is a corrected file of failed rows: then its column is reused. */
export function failedHeader(columns: readonly string[]): string[] {
  return columns.includes(ERRORS_COLUMN) ? [...columns] : [...columns, ERRORS_COLUMN];
}

export function failedRow(
  columns: readonly string[],
  cells: readonly string[],
  errors: string,
): string[] {
  const index = columns.indexOf(ERRORS_COLUMN);
  return index === -1 ? [...cells, errors] : cells.with(index, errors);
}

/** Whether a sheet with these columns is itself a result or a file of failed rows. */
export function isOwnOutput(columns: readonly string[]): boolean {
  return columns.includes(ERRORS_COLUMN) || outputIndex(columns) !== -1;
}
