import { stringify } from 'csv-stringify/sync';

import { escapeFormula } from '../../sheet/formula';
import { ERRORS_COLUMN, OUTPUT_COLUMN, outputIndex } from '../../sheet/columnNames';

/** csv-stringify knows only its own line ends. */
const LINE_BREAK = /[\r\n]/;
/** A spreadsheet set to another separator would split `x;=1+1`, and run the second part. */
const LINE_BREAK_OR_SEPARATOR = /[\r\n,;\t|]/;

export interface RecordFormat {
  readonly delimiter: string;
  readonly lineEnd: string;
  /** Quotes also cells that hold a separator other than the delimiter. */
  readonly quoteSeparators: boolean;
  /** Puts `'` before cells that would run as formulas. */
  readonly escapeFormulas: boolean;
}

/** Formats one record by RFC 4180, including its line end. */
export function formatRecord(cells: readonly string[], format: RecordFormat): string {
  const { delimiter, lineEnd, quoteSeparators, escapeFormulas } = format;
  const safe = escapeFormulas ? cells.map(escapeFormula) : [...cells];
  return stringify([safe], {
    delimiter,
    record_delimiter: lineEnd,
    quoted_match: quoteSeparators ? LINE_BREAK_OR_SEPARATOR : LINE_BREAK,
  });
}

/** Adds the output column, unless the upload is itself a result: then its output column is reused. */
export function resultHeader(columns: readonly string[]): string[] {
  return outputIndex(columns) === -1 ? [...columns, OUTPUT_COLUMN] : [...columns];
}

/** @param outputs in the order of the row's links; the place of a link without an output is empty */
export function resultRow(
  columns: readonly string[],
  cells: readonly string[],
  outputs: readonly (string | null)[],
): string[] {
  const index = outputIndex(columns);
  // `join` writes nothing for `null`.
  const list = outputs.join(',');
  return index === -1 ? [...cells, list] : cells.with(index, list);
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
