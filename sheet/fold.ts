import type { Header } from './header';
import { beginsWithLink } from './links';
import { imageFileNameEndsAt } from './imageFileNames';

/**
 * Fits a record to the columns of the header: adds missing cells, and drops empty surplus ones.
 *
 * An unquoted list of links spills into the cells after the link column. These are surplus cells, or cells under
 * blank names, with which spreadsheets pad a header. They are joined again to the original text. With several
 * link columns that is not possible: a spilled link looks the same as a link of the next column.
 *
 * @returns `null` when the record has more cells than columns
 */
export function fold(record: readonly string[], sheet: Header): string[] | null {
  const { columns, link_columns, delimiter } = sheet;
  const [linkColumn = 0, ...others] = link_columns;
  const cells =
    others.length === 0 ? gatherLinks(record, columns, linkColumn, delimiter) : [...record];
  while (cells.length > columns.length && cells.at(-1) === '') cells.pop();
  if (cells.length > columns.length) return null;
  while (cells.length < columns.length) cells.push('');
  return cells;
}

function gatherLinks(
  record: readonly string[],
  columns: readonly string[],
  linkColumn: number,
  delimiter: string,
): string[] {
  const cells = [...record];
  const surplus = () => Math.max(cells.length - columns.length, 0);
  const joinCells = (count: number) => {
    const list = cells.slice(linkColumn, linkColumn + count + 1);
    cells.splice(linkColumn, count + 1, list.join(delimiter));
  };
  const next = linkColumn + 1;
  const room = surplus() + countLeadingBlanks(columns.slice(next));
  const spilled = cells.slice(next, next + room).findLastIndex(isPartOfList) + 1;
  const consumed = Math.max(spilled - surplus(), 0);
  joinCells(spilled);
  cells.splice(next, 0, ...new Array<string>(consumed).fill(''));
  return cells;
}

/** A list of links splits into links, image file names, and the ends of links that contain commas. */
function isPartOfList(cell: string): boolean {
  return beginsWithLink(cell) || imageFileNameEndsAt(cell, cell.length);
}

/** Counts the blank names at the beginning. */
function countLeadingBlanks(names: readonly string[]): number {
  const named = names.findIndex((name) => name.trim() !== '');
  return named === -1 ? names.length : named;
}
