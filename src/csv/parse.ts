import { CsvError, parse } from 'csv-parse/sync';

/** How csv-parse is to read every sheet: as spreadsheets and scripts write them, not only as RFC 4180 wants. */
const SYNTAX = {
  record_delimiter: ['\r\n', '\n', '\r'],
  /** A quote within an unquoted cell (`5" screen`) is text. */
  relax_quotes: true,
  /** Unquoted lists of links spill into further cells; see fold.ts. */
  relax_column_count: true,
  skip_empty_lines: true,
  skip_records_with_empty_values: true,
  /** Characters of its cells; bounds what is made of one record. */
  max_record_size: 2 ** 20,
};

export const MAX_RECORD_SIZE = SYNTAX.max_record_size;

/**
 * The records of a text; empty ones are left out.
 *
 * @throws CsvError when a quote is not closed (`CSV_QUOTE_NOT_CLOSED`), or a record is longer than
 * {@link MAX_RECORD_SIZE} (`CSV_MAX_RECORD_SIZE`)
 */
export function parseRecords(text: string, delimiter: string): string[][] {
  return parse(text, { ...SYNTAX, delimiter });
}

/** The one record that a text is; `null` when it is none, or more than one. */
export function parseRecord(text: string, delimiter: string): string[] | null {
  try {
    const [record, more] = parseRecords(text, delimiter);
    return more === undefined ? (record ?? null) : null;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

/** Whether a text has enough delimiters for so many cells: quicker to find out than to parse it. */
export function mayHaveCells(text: string, delimiter: string, cells: number): boolean {
  let at = -1;
  for (let found = 1; found < cells; found += 1) {
    at = text.indexOf(delimiter, at + 1);
    if (at === -1) return false;
  }
  return true;
}
