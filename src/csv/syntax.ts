/** How csv-parse is to read every sheet: as spreadsheets and scripts write them, not as RFC 4180 wishes. */
export const SYNTAX = {
  record_delimiter: ['\r\n', '\n', '\r'],
  /** A quote within an unquoted cell (`5" screen`) is text. */
  relax_quotes: true,
  /** Unquoted lists of links spill into further cells; see `fold` in read.ts. */
  relax_column_count: true,
  skip_empty_lines: true,
  skip_records_with_empty_values: true,
  /** Characters of its cells; bounds what one record (such as one whose quote is never closed) takes of memory. */
  max_record_size: 2 ** 20,
};
