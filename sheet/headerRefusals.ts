import { Refusal } from '../contract/refusal';
import { isOwnColumn } from './columnNames';
import { excerpt } from './excerpt';
import type { HeaderRecord } from './headerRecord';
import { isImageFileName } from './imageFileNames';
import { columnsNamed } from './linkColumns';
import { beginsWithLink } from './links';
import { parseRecord } from './parse';
import { findLineEnd } from './quotes';

const HEADER = ['body', 'file', 'header'];
const LINK_COLUMNS = ['body', 'link_columns'];

/** Enough to recognize the columns, few enough to read. */
const MAX_NAMES = 20;
/** Rows that are searched for a column that looks like links. */
const MAX_ROWS = 50;
const MAX_SCORED = 1_000;

export function tooManyColumns(most: number, received: number): Refusal {
  return refusal(HEADER, `Expected at most ${most} columns, received ${received}; remove some`);
}

export function tooLongHeader(most: number): Refusal {
  return refusal(
    HEADER,
    `Expected a header line of at most ${most} characters, received a longer one; check that the file has line breaks`,
  );
}

export function noHeaderLine(): Refusal {
  return refusal(
    HEADER,
    'Expected a header line with the names of the columns, received a first line that holds links; ' +
      'add a line with the names above it',
  );
}

export function linkAboveHeader(line: number): Refusal {
  return refusal(
    HEADER,
    `Expected a header line without links above it, received a link in line ${line}; remove that line`,
  );
}

/** The columns of links are not in the file, or have no known name. */
export class UnknownColumns extends Refusal {
  constructor(
    { message, faults }: Refusal,
    /** The line that looks most like a header; `null` when there is none. */
    readonly header: HeaderRecord | null,
  ) {
    super('invalid', message, faults);
  }
}

/**
 * @param records readings of the lines that may have been meant as the header
 * @param named what `link_columns` names
 */
export function noLinkColumns(
  beginning: string,
  records: readonly HeaderRecord[],
  named: readonly string[] | null,
): UnknownColumns {
  const header = mostFilled(records);
  const columns = header?.cells ?? [];
  const received = listed(columns) || 'no header';
  if (named !== null) {
    const unknown = named.filter((name) => columnsNamed(columns, name).length === 0);
    const refused = refusal(
      LINK_COLUMNS,
      `Expected names of columns of the file, received ${listed(unknown)}; its columns are ${received}`,
    );
    return new UnknownColumns(refused, header);
  }
  const suggested = header === null ? undefined : suggestColumn(beginning, header);
  const refused = refusal(
    HEADER,
    `Expected a column of links such as "Input Image Urls", received ${received}; ` +
      'name the columns that hold links in the field link_columns' +
      (suggested === undefined ? '' : `: ${excerpt(suggested)} appears to`),
  );
  return new UnknownColumns(refused, header);
}

/** Titles have few cells, a header has many. */
function mostFilled(records: readonly HeaderRecord[]): HeaderRecord | null {
  const filled = ({ cells }: HeaderRecord) => cells.filter((cell) => cell.trim() !== '').length;
  const [most = null] = [...records].sort((one, other) => filled(other) - filled(one));
  return most;
}

/** Finds the column with the most links in the first rows; links to image files count more. */
function suggestColumn(text: string, { cells, delimiter, end }: HeaderRecord): string | undefined {
  const scores = cells.slice(0, MAX_SCORED).map(() => 0);
  for (let row = 0, at = end, next; row < MAX_ROWS && at < text.length; row += 1, at = next) {
    next = findLineEnd(text, at);
    if (next === -1) next = text.length;
    const line = text.slice(at, next).trimEnd();
    const values = parseRecord(line, delimiter) ?? line.split(delimiter);
    for (const column of scores.keys()) {
      const value = values[column] ?? '';
      const isCandidate = beginsWithLink(value) && !isOwnColumn(cells[column] ?? '');
      if (isCandidate) scores[column] = (scores[column] ?? 0) + weightOf(value);
    }
  }
  const best = Math.max(...scores);
  return best > 0 ? cells[scores.indexOf(best)] : undefined;
}

function weightOf(link: string): number {
  return isImageFileName(link) ? MAX_ROWS + 1 : 1;
}

function listed(names: readonly string[]): string {
  return names
    .slice(0, MAX_NAMES)
    .map((name) => excerpt(name))
    .join(', ');
}

function refusal(loc: readonly string[], msg: string): Refusal {
  const type = loc === HEADER ? 'invalid_header' : 'link_columns';
  return new Refusal('invalid', msg, [{ loc: [...loc], msg, type }]);
}
