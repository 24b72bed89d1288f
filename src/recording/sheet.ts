import { isDelimiter } from '../../sheet/delimiters';
import type { Sheet } from '../../sheet/sheet';
import type { Output } from '../../contract/sheets';
import type { RecordingRecord, RequestRecord, SheetRecord } from '../records/types';

/** So many bytes are recorded in about the time of one row: a single row may hold a megabyte. */
const BYTES_OF_ROW = 64;

/** What of a sheet is recorded for ever: `sheetOf` reads it again, and results are written like it. */
export function sheetRecordOf(
  { link_columns, delimiter, encoding, hasMark, lineEnd, preamble, baseUrl }: Sheet,
  output: Output,
  warnings: readonly string[],
): SheetRecord {
  return {
    link_columns,
    delimiter,
    encoding,
    has_mark: hasMark,
    line_end: lineEnd,
    preamble,
    base_url: baseUrl,
    output,
    warnings,
  };
}

/** What of a sheet is recorded only until its rows are. */
export function recordingOf(
  { end, mayLackLinks, isEscaped, hasOddQuotes }: Sheet,
  weight: number,
): RecordingRecord {
  return {
    rows: 0,
    weight,
    begins_at: end,
    may_lack_links: mayLackLinks,
    is_escaped: isEscaped,
    has_odd_quotes: hasOddQuotes,
  };
}

/** How much work it is to record a sheet. @param entries rows and links */
export function weightOf(entries: number, bytes: number): number {
  return entries + Math.ceil(bytes / BYTES_OF_ROW);
}

/** Returns how the stored sheet of a request is read, as when it was validated. */
export function sheetOf({ _id, columns, sheet, recording }: RequestRecord): Sheet {
  if (!sheet || recording === undefined || !isDelimiter(sheet.delimiter)) {
    throw new TypeError(`Expected request ${_id} to say how its sheet is read`);
  }
  return {
    columns,
    link_columns: sheet.link_columns,
    mayLackLinks: recording.may_lack_links,
    delimiter: sheet.delimiter,
    preamble: sheet.preamble ?? '',
    lineEnd: sheet.line_end ?? '',
    end: recording.begins_at,
    encoding: sheet.encoding,
    hasMark: sheet.has_mark ?? false,
    // It matters for warnings only, which are recorded.
    encodingIsGuess: false,
    baseUrl: sheet.base_url ?? null,
    isEscaped: recording.is_escaped,
    hasOddQuotes: recording.has_odd_quotes,
  };
}
