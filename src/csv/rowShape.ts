import { DELIMITERS, type Header } from './header';
import { readLenientCells } from './lenientCells';
import { beginsWithLink } from './links';
import { mayHaveCells } from './parse';
import { findClosingQuote, findLineEnd, findRecordEnd, QUOTE, type WholeRecord } from './quotes';

export interface RowShape {
  /**
   * Whether a record over several lines holds what has the shape of rows, so that it is none itself.
   *
   * @param text with what follows the record
   * @returns `undecided` when that depends on what follows
   */
  holdsRow(
    text: string,
    start: number,
    record: WholeRecord,
    canWait: WaitTest,
  ): boolean | 'undecided';
}

/** Whether more of the file may be waited for, to decide about a record that begins at a place of the text. */
export type WaitTest = (at: number) => boolean;

const MAY_BE_LINK = /:\/\/|\/\/|www\.|data:/i;

/**
 * A row that a quote has swallowed is told by its link: it stands where links belong, and is none of the links of the
 * record that it is in. Where the file has an odd number of quotes, so that one of them is certainly wrong, the
 * number of cells alone tells as well.
 */
export function createRowShape(sheet: Header & { readonly hasOddQuotes: boolean }): RowShape {
  const { columns, link_columns, delimiter, hasOddQuotes } = sheet;
  const firstLinkColumn = link_columns[0] ?? 0;

  return {
    holdsRow(text, start, { end, cells: count }, canWait) {
      if (count > columns.length && filledOf(text.slice(start, end)).length > columns.length)
        return true;
      if (!hasOddQuotes && endsWithOwnLinks(text.slice(start, end), count)) return false;
      const firstEnd = findLineEnd(text, start);
      // Read for the first line that has a link: most records have none.
      let read: readonly string[] | undefined;
      const ownLinks = () => (read ??= linkCellsOf(text.slice(start, end)));
      if (hasForeignLink(text.slice(start, firstEnd), ownLinks)) return true;
      // Looked for once for all the lines in front of it: a cell may have a hundred thousand.
      let close = -1;
      for (let line = firstEnd, lineEnd; line < end; line = lineEnd) {
        lineEnd = findLineEnd(text, line);
        if (lineEnd === -1) lineEnd = end;
        const content = text.slice(line, lineEnd);
        const mayBeRow = hasOddQuotes || content.includes(QUOTE) || MAY_BE_LINK.test(content);
        if (!mayBeRow) continue;
        const within = findRecordEnd(text, line, delimiter);
        const isCut = within.kind === 'whole' && within.end === text.length;
        if ((within.kind === 'open' || isCut) && canWait(line)) return 'undecided';
        if (within.kind === 'whole' && isRow(text.slice(line, within.end), within.cells))
          return true;
        if (close < line) close = findClosingQuote(text, line - 1);
        const quoted = text.slice(line, Math.min(close, lineEnd));
        if (rowsIn(quoted).length > 0 || hasForeignLink(content, ownLinks)) return true;
      }
      return false;
    },
  };

  /** Most rows over several lines: a text in quotes, and behind all quotes the links, in their own column. */
  function endsWithOwnLinks(record: string, cells: number): boolean {
    const first = record.search(MAY_BE_LINK);
    if (first === -1 || record.includes(QUOTE, first)) return false;
    const behind = record.slice(first).split(delimiter).length;
    return link_columns.length === 1 && cells - behind === firstLinkColumn;
  }

  function isRow(record: string, cells: number): boolean {
    if (hasOddQuotes && cells === columns.length) return true;
    return MAY_BE_LINK.test(record) && hasRowLinks(readCells(record, delimiter));
  }

  function linkCellsOf(record: string): string[] {
    const cells = readCells(record, delimiter);
    return link_columns.map((column) => cells[column] ?? '');
  }

  function filledOf(record: string): string[] {
    const cells = readCells(record, delimiter);
    return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
  }

  function hasForeignLink(line: string, ownLinks: () => readonly string[]): boolean {
    return rowsIn(line).some((cells) =>
      linksOf(cells).every((link) => !ownLinks().some((cell) => cell.includes(link))),
    );
  }

  /** The readings of a line by itself, by any delimiter and with its quotes as they come, that look like rows. */
  function rowsIn(line: string): string[][] {
    if (!MAY_BE_LINK.test(line)) return [];
    const rows: string[][] = [];
    for (const one of DELIMITERS) {
      if (!mayHaveCells(line, one, firstLinkColumn + 1)) continue;
      const bySplit = line.split(one);
      const readings = line.includes(QUOTE) ? [readCells(line, one), bySplit] : [bySplit];
      for (const cells of readings) {
        // By another delimiter than the sheet's, less than all of the cells says nothing.
        const isEnough = one === delimiter || cells.length === columns.length;
        if (isEnough && hasRowLinks(cells)) rows.push(cells);
      }
    }
    return rows;
  }

  function linksOf(cells: readonly string[]): string[] {
    return link_columns
      .map((column) => (cells[column] ?? '').replaceAll('"', '').trim())
      .filter(beginsWithLink);
  }

  /** A list of links has links in every cell, a row something else beside them. */
  function hasRowLinks(cells: readonly string[]): boolean {
    const others = cells.filter(
      (cell, column) => !link_columns.includes(column) && cell.trim() !== '',
    );
    return others.length > 0 && !others.some(beginsWithLink) && linksOf(cells).length > 0;
  }
}

function readCells(record: string, delimiter: string): string[] {
  return readLenientCells(record.trimEnd(), delimiter, 'text').cells;
}
