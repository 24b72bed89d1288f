import { CsvError, parse } from 'csv-parse/sync';

/**
 * Options of csv-parse. They accept CSV as spreadsheets and scripts write it, which is more than RFC 4180. For a
 * browser, a bundler resolves `csv-parse/sync` to `csv-parse/browser/esm/sync`, the same parser without Node's `Buffer`.
 */
const SYNTAX = {
  record_delimiter: ['\r\n', '\n', '\r'],
  /** A quote within an unquoted cell (`5" screen`) is text. */
  relax_quotes: true,
  /** Unquoted lists of links spill into the following cells; see fold.ts. */
  relax_column_count: true,
  skip_empty_lines: true,
  skip_records_with_empty_values: true,
  /** In characters of all cells; bounds the memory for one record. */
  max_record_size: 2 ** 20,
};

export const MAX_RECORD_SIZE = SYNTAX.max_record_size;

/**
 * Parses the records of a text, without empty ones.
 *
 * @throws CsvError when a quote is not closed (`CSV_QUOTE_NOT_CLOSED`), or a record is longer than
 * {@link MAX_RECORD_SIZE} (`CSV_MAX_RECORD_SIZE`)
 */
export function parseRecords(text: string, delimiter: string): string[][] {
  return parse(text, { ...SYNTAX, delimiter });
}

/** Parses a text that is one record. @returns `null` when it is not exactly one */
export function parseRecord(text: string, delimiter: string): string[] | null {
  try {
    const [record, more] = parseRecords(text, delimiter);
    return more === undefined ? (record ?? null) : null;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

/** Whether a text has enough delimiters for that many cells. A cheap check before parsing. */
export function mayHaveCells(text: string, delimiter: string, cells: number): boolean {
  let at = -1;
  for (let found = 1; found < cells; found += 1) {
    at = text.indexOf(delimiter, at + 1);
    if (at === -1) return false;
  }
  return true;
}
