import { isOwnColumn, normalized } from './columnNames';
import { DELIMITERS, isDelimiter, type Delimiter } from './delimiters';
import { readHeaderRecords, type HeaderRecord } from './headerRecord';
import { linkAboveHeader, noHeaderLine, noLinkColumns, tooManyColumns } from './headerRefusals';
import { unescapeFormula } from './formula';
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
  /** Whether a header of ours has a `'` before names that look like formulas. */
  readonly mayBeEscaped: boolean;
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
export function readHeader(beginning: string, options: HeaderOptions): Header {
  const { hasOddQuotes, named } = options;
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
    const found = findHeader(records, options);
    if (found !== null) {
      if (linkLine !== null) throw linkAboveHeader(linkLine);
      return toHeader(
        beginning,
        lastOfAdjacent(beginning, found, { ...options, hasOddQuotes: isOdd }),
      );
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
  { named, mayBeEscaped }: HeaderOptions,
): FoundHeader | null {
  const found = records.flatMap((readings) => {
    for (const reading of readings) {
      if (reading.isUncertain) continue;
      const isEscaped = mayBeEscaped && reading.cells.some(isOwnColumn);
      const cells = isEscaped ? reading.cells.map(unescapeFormula) : reading.cells;
      const linkColumns = findLinkColumns(cells.slice(0, MAX_COLUMNS), named);
      if (linkColumns !== null && !cells.some(beginsWithLink))
        return [{ ...reading, cells, ...linkColumns }];
    }
    return [];
  });
  // Two names with a tab between them are also one name with white space in it.
  const [widest = null] = found.sort((one, other) => other.cells.length - one.cells.length);
  return widest;
}

/** Some exports have labels or a title above the names: of adjacent lines that would all do, the last is the header. */
function lastOfAdjacent(text: string, first: FoundHeader, options: HeaderOptions): FoundHeader {
  let header = first;
  for (let lines = 0; lines < MAX_TITLES; lines += 1) {
    const { delimiter, end, cells } = header;
    if (isOwnFormat(cells) || cells.some(isOwnColumn)) break;
    const delimiters = cells.length === 1 ? DELIMITERS : [delimiter];
    const records = delimiters.map((one) =>
      readHeaderRecords(text, end, one, options.hasOddQuotes),
    );
    const next = findHeader(records, options);
    if (next === null || !isBelow(header, next, options.named)) break;
    header = next;
  }
  return header;
}

const NUMBER = /^\s*[\d.,]+\s*$/;

/** Whether a line below a header is the real one, and not a row that has `image` as its link. */
function isBelow(above: FoundHeader, next: FoundHeader, named: HeaderOptions['named']): boolean {
  if (next.cells.some((cell) => NUMBER.test(cell))) return false;
  const isTitle = filledOf(above.cells).length === 1 && filledOf(next.cells).length > 1;
  if (isTitle || next.cells.length > above.cells.length) return true;
  if (isOwnFormat(next.cells) || (named === null && next.mayLackLinks)) return true;
  const names = new Set(filledOf(above.cells).map(normalized));
  return filledOf(next.cells).every((cell) => names.has(normalized(cell)));
}

function filledOf(cells: readonly string[]): string[] {
  return cells.filter((cell) => cell.trim() !== '');
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
