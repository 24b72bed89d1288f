import { isOwnColumn } from './columnNames';
import { DELIMITERS, isDelimiter, type Delimiter } from './delimiters';
import { readHeaderRecords, type HeaderRecord } from './headerRecord';
import { linkAboveHeader, noHeaderLine, noLinkColumns, tooManyColumns } from './headerRefusals';
import { findLinkColumns, isOwnFormat, type LinkColumns } from './linkColumns';
import { beginsWithLink, readLinks } from './links';
import { findLineEnd, hasOddNumberOfQuotes } from './quotes';

export interface Header extends LinkColumns {
  /** The header cells, unchanged. */
  readonly columns: readonly string[];
  readonly delimiter: Delimiter;
  /** Title, `sep=` and blank lines above the header, unchanged, with their line ends. */
  readonly preamble: string;
  /** The line end of the header: `\n`, `\r\n` or `\r`. */
  readonly lineEnd: string;
  /** Offset in characters at which the rows begin. */
  readonly end: number;
}

export interface HeaderOptions {
  /** The file has an odd number of quotes. */
  readonly hasOddQuotes: boolean;
  /** Names of the link columns; `null`: they are found by known names. */
  readonly named: readonly string[] | null;
}

/** A CSV has a handful of columns; a thousand are a mistake or an attack. */
const MAX_COLUMNS = 1_000;
/** Lines above the header, besides `sep=` and blank ones. */
const MAX_TITLES = 20;

const BLANK_LINE = /^[\s,;|]*$/;
/** Excel reads the delimiter from such a line. Programs that pad all lines with delimiters pad it too. */
const DELIMITER_LINE = /^\s*"?sep=(.)"?[\s,;|]*$/i;

/**
 * Reads the header at the beginning of a file and what stands above it, and detects the delimiter.
 *
 * @throws Refusal `invalid` when no line has the names of link columns
 */
export function readHeader(beginning: string, { hasOddQuotes, named }: HeaderOptions): Header {
  let delimiters: readonly Delimiter[] = DELIMITERS;
  let isOdd = hasOddQuotes;
  let linkLine: number | null = null;
  const titles: HeaderRecord[] = [];
  let lines = 0;
  for (let start = 0, end, number = 1; start < beginning.length; start = end, number += 1) {
    end = findLineEnd(beginning, start);
    if (end === -1) end = beginning.length;
    const line = beginning.slice(start, end);
    const separator = DELIMITER_LINE.exec(line)?.[1];
    if (isDelimiter(separator)) delimiters = [separator];
    if (separator !== undefined || BLANK_LINE.test(line)) continue;

    const records = delimiters.map((one) => readHeaderRecords(beginning, start, one, isOdd));
    const found = findHeader(records, named);
    if (found !== null) {
      if (linkLine !== null) throw linkAboveHeader(linkLine);
      return toHeader(beginning, lastOfAdjacent(beginning, found, { hasOddQuotes: isOdd, named }));
    }
    if (linkLine === null && readLinks(line).hasLink) linkLine = number;
    if (linkLine === null) titles.push(...records.flat());
    if (hasOddNumberOfQuotes(line)) isOdd = !isOdd;
    lines += 1;
    if (lines > MAX_TITLES) break;
  }
  throw linkLine !== null && titles.length === 0
    ? noHeaderLine()
    : noLinkColumns(beginning, titles, named);
}

type FoundHeader = HeaderRecord & LinkColumns;

/** @param records the readings of one record, by delimiter. @returns `null` when none is a header */
function findHeader(
  records: readonly (readonly HeaderRecord[])[],
  named: HeaderOptions['named'],
): FoundHeader | null {
  const found = records.flatMap((readings) => {
    for (const reading of readings) {
      if (reading.isUncertain) continue;
      const linkColumns = findLinkColumns(reading.cells.slice(0, MAX_COLUMNS), named);
      if (linkColumns !== null && !reading.cells.some(beginsWithLink))
        return [{ ...reading, ...linkColumns }];
    }
    return [];
  });
  // Two names with a tab between them are also one name with white space in it.
  const [widest = null] = found.sort((one, other) => other.cells.length - one.cells.length);
  return widest;
}

const NUMBER = /^\s*[\d.,]+\s*$/;

/**
 * Some exports have labels above the names: of adjacent lines that would both do, the last is the header. A row that
 * merely has `image` as its link is none: it has a number, or stands below the names of our own format.
 */
function lastOfAdjacent(
  text: string,
  first: FoundHeader,
  { hasOddQuotes, named }: HeaderOptions,
): FoundHeader {
  let header = first;
  if (isOwnFormat(first.cells) || first.cells.some(isOwnColumn)) return first;
  for (let lines = 0; lines < MAX_TITLES; lines += 1) {
    const { delimiter, end, link_columns } = header;
    const next = findHeader([readHeaderRecords(text, end, delimiter, hasOddQuotes)], named);
    if (next === null || next.cells.some((cell) => NUMBER.test(cell))) break;
    if (!link_columns.every((column) => next.link_columns.includes(column))) break;
    header = next;
  }
  return header;
}

function toHeader(text: string, found: FoundHeader): Header {
  const { cells, start, end, delimiter, link_columns, mayLackLinks } = found;
  if (cells.length > MAX_COLUMNS) throw tooManyColumns(MAX_COLUMNS, cells.length);
  const [lineEnd = '\n'] = /\r\n$|\r$|\n$/.exec(text.slice(0, end).slice(-2)) ?? [];
  return {
    columns: cells,
    link_columns,
    mayLackLinks,
    delimiter,
    preamble: text.slice(0, start),
    lineEnd,
    end,
  };
}
