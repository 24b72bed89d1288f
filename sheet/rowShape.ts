import { rowDelimiters } from './delimiters';
import type { Header } from './header';
import { readLenientCells } from './lenientCells';
import { beginsWithLink, findLinks, mayBeginWithLink } from './links';
import { mayHaveCells } from './parse';
import { findClosingQuote, findLineEnd, findRecordEnd, QUOTE, type WholeRecord } from './quotes';

export interface RowShape {
  /**
   * Whether a record over several lines contains something that looks like a row. If it does, a wrong quote joined
   * several rows.
   *
   * @param text the record and the text after it
   * @returns `undecided` when more of the file is needed
   */
  containsRow(
    text: string,
    start: number,
    record: WholeRecord,
    canWait: WaitTest,
  ): boolean | 'undecided';
}

/** Whether the decision about the record at `at` may wait for more of the file. */
export type WaitTest = (at: number) => boolean;

/** What decides how a row looks; see `Sheet`. */
interface ShapedSheet extends Header {
  readonly hasOddQuotes: boolean;
  readonly baseUrl: string | null;
}

const MAY_BE_LINK = /:\/\/|\/\/|www\.|data:/i;
const MAY_BE_PATH = /[/.]/;

/**
 * Detects a row inside a quoted cell by its link: the link is in a link column of that row, and is not a link of the
 * record around it. If the file has an odd number of quotes, one of them is certainly wrong. Then a line with the
 * header's number of cells also counts as a row.
 */
export function createRowShape(sheet: ShapedSheet): RowShape {
  const { columns, link_columns, delimiter, hasOddQuotes, baseUrl } = sheet;
  const firstLinkColumn = link_columns[0] ?? 0;
  const mayHaveLink = baseUrl === null ? MAY_BE_LINK : MAY_BE_PATH;
  const isLinkCell = baseUrl === null ? beginsWithLink : mayBeginWithLink;
  const delimiters = rowDelimiters(delimiter);

  return {
    containsRow(text, start, { end, cells: count }, canWait) {
      if (count > columns.length && filledOf(text.slice(start, end)).length > columns.length)
        return true;
      if (!hasOddQuotes && endsWithOwnLinks(text.slice(start, end), count)) return false;
      const firstEnd = findLineEnd(text, start);
      // Read only when a line has a link: most records have none.
      let read: LinkCells | undefined;
      const own = () => (read ??= linkCellsOf(text.slice(start, end)));
      // When the record has all cells, so has each row that a wrong quote has joined to it. Fewer may be a part of a
      // description, with the link of another column where a row has its own.
      const isWhole = count === columns.length;
      if (hasForeignLink(text.slice(start, firstEnd), own, isWhole)) return true;
      // Searched once for all lines before it: a cell may have a hundred thousand lines.
      let close = -1;
      for (let line = firstEnd, lineEnd; line < end; line = lineEnd) {
        lineEnd = findLineEnd(text, line);
        if (lineEnd === -1) lineEnd = end;
        const content = text.slice(line, lineEnd);
        const mayBeRow = hasOddQuotes || content.includes(QUOTE) || mayHaveLink.test(content);
        if (!mayBeRow) continue;
        const within = findRecordEnd(text, line, delimiter);
        const isCut = within.kind === 'whole' && within.end === text.length;
        if ((within.kind === 'open' || isCut) && canWait(line)) return 'undecided';
        if (within.kind === 'whole' && isRow(text.slice(line, within.end), within.cells, isWhole))
          return true;
        if (close < line) close = findClosingQuote(text, line - 1);
        const quoted = text.slice(line, Math.min(close, lineEnd));
        if (rowsIn(quoted, isWhole).length > 0 || hasForeignLink(content, own, isWhole))
          return true;
      }
      return false;
    },
  };

  /** Most rows over several lines: the text is quoted, and the links follow after all quotes, in their column. */
  function endsWithOwnLinks(record: string, cells: number): boolean {
    const first = record.search(mayHaveLink);
    if (first === -1 || record.includes(QUOTE, first)) return false;
    const after = record.slice(first).split(delimiter).length;
    return link_columns.length === 1 && cells - after === firstLinkColumn;
  }

  function isRow(record: string, cells: number, hasAllCells: boolean): boolean {
    if (hasOddQuotes && cells === columns.length) return true;
    if (hasAllCells && cells !== columns.length) return false;
    return mayHaveLink.test(record) && hasRowLinks(readCells(record, delimiter));
  }

  function linkCellsOf(record: string): LinkCells {
    const all = readCells(record, delimiter);
    const cells = link_columns.map((column) => withoutQuotes(all[column] ?? ''));
    return { cells, links: new Set(cells.flatMap(linksIn)) };
  }

  function filledOf(record: string): string[] {
    const cells = readCells(record, delimiter);
    return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
  }

  function hasForeignLink(line: string, own: () => LinkCells, hasAllCells: boolean): boolean {
    return rowsIn(line, hasAllCells).some((cells) =>
      linkCells(cells).every((cell) => !isOwn(cell, own())),
    );
  }

  /** Reads one line with every delimiter, with and without its quotes, and returns the readings that look like rows. */
  function rowsIn(line: string, hasAllCells: boolean): string[][] {
    if (!mayHaveLink.test(line)) return [];
    const rows: string[][] = [];
    for (const one of delimiters) {
      if (!mayHaveCells(line, one, firstLinkColumn + 1)) continue;
      const bySplit = line.split(one);
      const readings = line.includes(QUOTE) ? [readCells(line, one), bySplit] : [bySplit];
      for (const cells of readings) {
        // With another delimiter than the header's, a row counts only if it has all cells.
        const mayBeShort = one === delimiter && !hasAllCells;
        const isEnough = mayBeShort || cells.length === columns.length;
        if (isEnough && hasRowLinks(cells)) rows.push(cells);
      }
    }
    return rows;
  }

  function linkCells(cells: readonly string[]): string[] {
    return link_columns
      .map((column) => withoutQuotes(cells[column] ?? '').trim())
      .filter(isLinkCell);
  }

  /** A list of links has a link in every cell; a row also has other text. */
  function hasRowLinks(cells: readonly string[]): boolean {
    const others = cells.filter(
      (cell, column) => !link_columns.includes(column) && cell.trim() !== '',
    );
    return others.length > 0 && !others.some(isLinkCell) && linkCells(cells).length > 0;
  }
}

/** The cells under the link columns of a record. */
interface LinkCells {
  readonly cells: readonly string[];
  readonly links: ReadonlySet<string>;
}

/** A line that is read in another way than its record has the same links, but perhaps more text in a cell. */
function isOwn(cell: string, own: LinkCells): boolean {
  if (own.cells.some((one) => one.includes(cell))) return true;
  const links = linksIn(cell);
  return links.length > 0 && links.every((link) => own.links.has(link));
}

function linksIn(cell: string): string[] {
  return findLinks(cell).map(({ link }) => link);
}

/** Links are compared without quotes: in a JSON list, they depend on how the line is read. */
function withoutQuotes(cell: string): string {
  return cell.replaceAll(QUOTE, '');
}

function readCells(record: string, delimiter: string): string[] {
  return readLenientCells(record.trimEnd(), delimiter, 'text').cells;
}
