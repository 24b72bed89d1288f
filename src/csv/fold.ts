import type { Header } from './header';
import { beginsWithLink } from './links';
import { pictureEndsAt } from './pictureNames';

/**
 * Gives a record as many cells as the sheet has columns, each under its own name: missing ones are added,
 * surplus ones that are empty dropped.
 *
 * Where there is one column of links, an unquoted list of them has spilled into the cells behind it: surplus
 * ones, or those under the blank names by which spreadsheets widen a header. Put together again they are the
 * text that stood there. Where there are several, a spilled link cannot be told from the next column's.
 *
 * @returns `null` when a cell has no column
 */
export function fold(record: readonly string[], sheet: Header): string[] | null {
  const { columns, link_columns, delimiter } = sheet;
  const [linkColumn = 0, ...others] = link_columns;
  const cells =
    others.length === 0 ? gathered(record, columns, linkColumn, delimiter) : [...record];
  while (cells.length > columns.length && cells.at(-1) === '') cells.pop();
  if (cells.length > columns.length) return null;
  while (cells.length < columns.length) cells.push('');
  return cells;
}

function gathered(
  record: readonly string[],
  columns: readonly string[],
  linkColumn: number,
  delimiter: string,
): string[] {
  const cells = [...record];
  const surplus = () => Math.max(cells.length - columns.length, 0);
  const gather = (count: number) => {
    const list = cells.slice(linkColumn, linkColumn + count + 1);
    cells.splice(linkColumn, count + 1, list.join(delimiter));
  };
  const behind = linkColumn + 1;
  const room = surplus() + blankNames(columns.slice(behind));
  const spilled = cells.slice(behind, behind + room).findLastIndex(isPartOfList) + 1;
  const taken = Math.max(spilled - surplus(), 0);
  gather(spilled);
  cells.splice(behind, 0, ...new Array<string>(taken).fill(''));
  return cells;
}

/** What a list of links is cut into: links, pictures' names, and the ends of links that have commas in them. */
function isPartOfList(cell: string): boolean {
  return beginsWithLink(cell) || pictureEndsAt(cell, cell.length);
}

/** How many names at the beginning are blank. */
function blankNames(names: readonly string[]): number {
  const named = names.findIndex((name) => name.trim() !== '');
  return named === -1 ? names.length : named;
}
