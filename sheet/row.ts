import type { RowErrorCode } from '../contract/errorCodes';
import { isRelative } from '../contract/relativeLink';
import { rowDelimiters } from './delimiters';
import { fold } from './fold';
import { unescapeFormula } from './formula';
import type { Header } from './header';
import { beginsWithLink, findLinks, readLinks } from './links';
import { MAX_RECORD_SIZE, mayHaveCells, parseRecord } from './parse';
import { readLenientCells } from './lenientCells';
import { findRecordEnd } from './quotes';
import { hasWords, trimInvisible } from './trim';
import { excerpt } from './excerpt';

/** A row is recorded and listed as a whole: more links would make it too large to handle at once. */
const MAX_LINKS = 5_000;
/** No browser or server takes longer URLs. Embedded images are limited by the size of the row. */
const MAX_LINK_LENGTH = 8 * 1024;
const DATA_LINK = /^data:/i;

/** What rows are read by; see `Sheet`. */
interface RowSheet extends Header {
  readonly baseUrl: string | null;
  readonly isEscaped: boolean;
}

/** One record, as it was read. */
export interface RowReading {
  /** One cell per column, unchanged unless the sheet is escaped; see `Sheet`. */
  readonly cells: readonly string[];
  /** From all link columns, from left to right. `readLinks` also puts image file names here. */
  readonly links: readonly string[];
  /** Why the row failed; `null` when it has a link, or needs none. */
  readonly error: RowError | null;
  /** Text beside the links, which was ignored. */
  readonly texts: readonly string[];
  /** How the notation of the row differs from the header's; `null` when it does not. */
  readonly oddity: 'quoted_line' | 'other_delimiter' | null;
}

export interface RowError {
  readonly code: RowErrorCode;
  readonly message: string;
}

/** Why `strict` does not accept a row. @returns `null` when every occurrence in it is a link */
export function strictErrorOf({ error, links }: RowReading): RowError | null {
  const text = links.find((link) => !beginsWithLink(link));
  return error ?? (text === undefined ? null : invalidLinksError(text));
}

/** Reads a record without damaged quotes. */
export function readRow(record: readonly string[], sheet: RowSheet): RowReading {
  const cells = fold(record, sheet);
  if (cells === null) return failedReading(record, sheet, tooManyCellsError(record, sheet));
  const reading = readCells(cells, sheet);
  const looksOdd =
    reading.links.length === 0
      ? record.length < sheet.columns.length
      : beginsOtherRow(cells, sheet);
  return (
    (looksOdd
      ? readOtherNotation(record.join(sheet.delimiter), sheet, record.length === 1)
      : null) ?? reading
  );
}

/**
 * Whether the cells before the links hold a row up to its first link, in another delimiter: lists of links may use the
 * header's. A separator and a link in any other cell say nothing: that may be a description, or our output links.
 */
function beginsOtherRow(
  cells: readonly string[],
  { delimiter, link_columns: [linkColumn = 0] }: Header,
): boolean {
  if (linkColumn === 0) return false;
  const before = cells.slice(0, linkColumn).join(delimiter);
  return rowDelimiters(delimiter).some((other) => {
    if (other === delimiter || !mayHaveCells(before, other, linkColumn + 1)) return false;
    const found = before.split(other, linkColumn + 1).findIndex(beginsWithLink);
    return found === linkColumn;
  });
}

/**
 * Reads one line that has a quote where none is allowed. If the line has as many cells as the header when that quote
 * is read as text (`24" screen`, `"Vintage" mug`), it is text. Otherwise the row fails, and keeps all of its text.
 *
 * @param quote offset of the quote in the line
 */
export function readDamagedLine(line: string, quote: number, sheet: RowSheet): RowReading {
  const { columns, delimiter } = sheet;
  for (const innerQuotes of ['text', 'invalid'] as const) {
    const { cells, hasOpenQuote } = readLenientCells(line, delimiter, innerQuotes);
    if (cells.length === columns.length && !hasOpenQuote) return readCells(cells, sheet);
  }
  const otherwise = readOtherNotation(line, sheet, false);
  if (otherwise !== null) return otherwise;
  return failedReading(line.split(delimiter), sheet, {
    code: 'malformed_row',
    message:
      `Expected ${columns.length} cells with each quote closed, received ${excerpt(line.slice(quote))}; ` +
      'close the quote, or remove it',
  });
}

/** Reads a line that is quoted as a whole (and was parsed as one cell), or that uses another delimiter. */
function readOtherNotation(line: string, sheet: RowSheet, isOneCell: boolean): RowReading | null {
  for (const delimiter of rowDelimiters(sheet.delimiter)) {
    const isOwn = delimiter === sheet.delimiter;
    if ((isOwn && !isOneCell) || !mayHaveCells(line, delimiter, sheet.columns.length)) continue;
    const { kind } = findRecordEnd(line, 0, delimiter);
    const cells = kind === 'whole' ? parseRecord(line, delimiter) : null;
    if (cells?.length !== sheet.columns.length) continue;
    const reading = readCells(cells, sheet);
    if (reading.links.length > 0)
      return { ...reading, oddity: isOwn ? 'quoted_line' : 'other_delimiter' };
  }
  return null;
}

function readCells(written: readonly string[], sheet: RowSheet): RowReading {
  const cells = originalCells(written, sheet);
  const readings = sheet.link_columns.map((column) =>
    readLinks(cells[column] ?? '', sheet.baseUrl),
  );
  const hasLink = readings.some((reading) => reading.hasLink);
  const links = hasLink ? readings.flatMap((reading) => reading.links) : [];
  const error = hasLink ? limitError(links) : lackOfLinks(cells, sheet);
  return {
    cells,
    links: error === null ? links : [],
    error,
    texts: hasLink ? readings.flatMap(({ texts }) => texts) : [],
    oddity: null,
  };
}

/** @returns `null` when the links of a row are within the limits */
function limitError(links: readonly string[]): RowError | null {
  if (links.length > MAX_LINKS) {
    const message = `Expected at most ${MAX_LINKS} links in a row, received ${links.length}; split the row`;
    return { code: 'invalid_links', message };
  }
  const long = links.find((link) => link.length > MAX_LINK_LENGTH && !DATA_LINK.test(link));
  if (long === undefined) return null;
  const message =
    `Expected links of at most ${MAX_LINK_LENGTH} characters, received ${excerpt(long)} ` +
    `with ${long.length}; shorten it`;
  return { code: 'invalid_links', message };
}

/** What exports of Magento have for a product without a picture. */
const NO_IMAGE = 'no_selection';

/** @returns `null` when a row without links is part of the sheet */
function lackOfLinks(cells: readonly string[], sheet: Header): RowError | null {
  const { columns, link_columns, mayLackLinks } = sheet;
  const texts = link_columns.map((column) => trimInvisible(cells[column] ?? '')).filter(hasWords);
  const text = texts.find((one) => !(mayLackLinks && one === NO_IMAGE));
  if (text !== undefined) return invalidLinksError(text);
  if (mayLackLinks) return null;
  const elsewhere = cells.findIndex((cell) => readLinks(cell).hasLink);
  const wanted = excerpt(columns[link_columns[0] ?? 0] ?? '');
  return {
    code: 'no_links',
    message:
      elsewhere === -1
        ? 'Expected links to images, received an empty cell; add links or remove the row'
        : `Expected links under ${wanted}, received one under ${excerpt(columns[elsewhere] ?? '')}; ` +
          "move it, or check the row's delimiter",
  };
}

function invalidLinksError(text: string): RowError {
  const hasRelative = findLinks(text).some(({ link, isLink }) => !isLink && isRelative(link));
  const advice = hasRelative ? 'give base_url for relative links, or fix the cell' : 'fix the cell';
  return {
    code: 'invalid_links',
    message: `Expected links that begin with http:// or https://, received ${excerpt(text)}; ${advice}`,
  };
}

/** Reads a record that exceeds {@link MAX_RECORD_SIZE}. */
export function tooLongRow(record: string, sheet: RowSheet): RowReading {
  return failedReading(record.split(sheet.delimiter), sheet, {
    code: 'malformed_row',
    message: `Expected a row of at most ${MAX_RECORD_SIZE} characters, received ${record.length}; shorten it`,
  });
}

function tooManyCellsError({ length }: readonly string[], { columns }: Header): RowError {
  return {
    code: 'malformed_row',
    message: `Expected ${columns.length} cells, received ${length}; quote cells that hold the delimiter`,
  };
}

/** A row that failed. It keeps all of its text; cells without a column are joined in the last one. */
function failedReading(record: readonly string[], sheet: RowSheet, error: RowError): RowReading {
  const { columns, delimiter } = sheet;
  const last = columns.length - 1;
  const cells = fold(record, sheet) ?? [
    ...record.slice(0, last),
    record.slice(last).join(delimiter),
  ];
  return {
    cells: originalCells(cells, sheet),
    links: [],
    error,
    texts: [],
    oddity: null,
  };
}

/** In a result or failed rows of ours, removes the `'` that was put before formulas when they were written. */
function originalCells(cells: readonly string[], { isEscaped }: RowSheet): readonly string[] {
  return isEscaped ? cells.map(unescapeFormula) : cells;
}
