import type { Delimiter } from './delimiters';
import { readLenientCells } from './lenientCells';
import { readLinks } from './links';
import { parseRecord } from './parse';
import { findLineEnd, findRecordEnd } from './quotes';

/** One way to read the record that begins at an offset of a file. */
export interface HeaderRecord {
  readonly delimiter: Delimiter;
  readonly cells: readonly string[];
  readonly start: number;
  /** Offset of the record's end. */
  readonly end: number;
  /** A wrong quote makes it uncertain where the cells end. */
  readonly isUncertain: boolean;
}

/** Reads the record at `start` with one delimiter. If several readings are possible, the one with fewer lines comes first. */
export function readHeaderRecords(
  text: string,
  start: number,
  delimiter: Delimiter,
  hasOddQuotes: boolean,
): HeaderRecord[] {
  const found = findRecordEnd(text, start, delimiter);
  const lineEnd = findLineEnd(text, start);
  const line = text.slice(start, lineEnd === -1 ? undefined : lineEnd);
  const withoutQuotes = line.trimEnd().replaceAll('"', '').split(delimiter);
  const cellsOfLine = parseRecord(line, delimiter) ?? withoutQuotes;
  const firstLine = {
    delimiter,
    start,
    cells: cellsOfLine,
    end: start + line.length,
    isUncertain: found.kind !== 'whole' && cellsOfLine.length !== withoutQuotes.length,
  };
  if (found.kind !== 'whole') return [firstLine];
  const { end, isSpaced } = found;
  const record = text.slice(start, end).trimEnd();
  const cells = isSpaced
    ? readLenientCells(record, delimiter, 'text').cells
    : (parseRecord(record, delimiter) ?? []);
  // Programs that quote whole lines also quote the header line.
  const quoted = cells.length === 1 ? parseRecord(cells[0] ?? '', delimiter) : null;
  return [
    // A column name may contain a line break. After a wrong quote, the break may also be the header's end.
    ...(end > firstLine.end && (hasOddQuotes || containsLink(cells)) ? [firstLine] : []),
    { delimiter, start, cells, end, isUncertain: false },
    ...(quoted === null ? [] : [{ delimiter, start, cells: quoted, end, isUncertain: false }]),
  ];
}

function containsLink(cells: readonly string[]): boolean {
  return cells.some((cell) => readLinks(cell).hasLink);
}
