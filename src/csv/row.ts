import type { RowErrorCode } from '../../contract/errorCodes';
import { fold } from './fold';
import { DELIMITERS, type Header } from './header';
import { beginsWithLink, hasWords, readLinks, trimUnseen } from './links';
import { MAX_RECORD_SIZE, mayHaveCells, parseRecord } from './parse';
import { readLenientCells } from './lenientCells';
import { findRecordEnd } from './quotes';
import { shown } from './shown';

/** What was read of one record. */
export interface RowReading {
  /** As many as there are columns, text as it was. */
  readonly cells: readonly string[];
  /** Of all columns of links, from left to right; see `readLinks` for what stands among them. */
  readonly links: readonly string[];
  /** Why the row failed; `null` when it has a link. */
  readonly error: RowError | null;
  /** Text beside the links, which was ignored. */
  readonly texts: readonly string[];
  /** How the row is written otherwise than the header; `null` when it is not. */
  readonly oddity: 'quoted_line' | 'other_delimiter' | null;
}

export interface RowError {
  readonly code: RowErrorCode;
  readonly message: string;
}

/** What is wrong with a row that `strict` does not accept; `null` when all of its places are links. */
export function strictErrorOf({ error, links }: RowReading): RowError | null {
  const text = links.find((link) => !beginsWithLink(link));
  return error ?? (text === undefined ? null : notLinks(text));
}

/** Reads a record whose quotes are in their places. */
export function readRow(record: readonly string[], sheet: Header): RowReading {
  const cells = fold(record, sheet);
  if (cells === null) return damaged(record, sheet, tooManyCells(record, sheet));
  const reading = readCells(cells, sheet);
  const looksOdd =
    reading.error === null
      ? hasLinkBehindSeparator(cells, sheet)
      : record.length < sheet.columns.length;
  return (
    (looksOdd ? readOtherwise(record.join(sheet.delimiter), sheet, record.length === 1) : null) ??
    reading
  );
}

const LINK_BEHIND_SEPARATOR = /[,;\t|] *"?(?:https?:\/\/|www\.)/i;

/** In a column that is none of links: the row's cells are separated otherwise than they were read. */
function hasLinkBehindSeparator(cells: readonly string[], { link_columns }: Header): boolean {
  return cells.some(
    (cell, column) => !link_columns.includes(column) && LINK_BEHIND_SEPARATOR.test(cell),
  );
}

/**
 * Reads a line by itself that has a quote where none can be. It is text where the line, read so, has the header's
 * number of cells (`24" screen`, `"Vintage" mug`). Otherwise the line fails, and shows all of its text.
 *
 * @param quote where it stands in the line
 */
export function readDamagedLine(line: string, quote: number, sheet: Header): RowReading {
  const { columns, delimiter } = sheet;
  for (const inner of ['text', 'fault'] as const) {
    const { cells, hasOpenQuote } = readLenientCells(line, delimiter, inner);
    if (cells.length === columns.length && !hasOpenQuote) return readCells(cells, sheet);
  }
  const otherwise = readOtherwise(line, sheet, false);
  if (otherwise !== null) return otherwise;
  return damaged(line.split(delimiter), sheet, {
    code: 'malformed_row',
    message:
      `Expected ${columns.length} cells with each quote closed, received ${shown(line.slice(quote))}; ` +
      'close the quote, or remove it',
  });
}

/** A line that is quoted as a whole, and reached us as one cell, or whose cells another delimiter separates. */
function readOtherwise(line: string, sheet: Header, isOneCell: boolean): RowReading | null {
  for (const delimiter of DELIMITERS) {
    const isOwn = delimiter === sheet.delimiter;
    if ((isOwn && !isOneCell) || !mayHaveCells(line, delimiter, sheet.columns.length)) continue;
    const { kind } = findRecordEnd(line, 0, delimiter);
    const cells = kind === 'whole' ? parseRecord(line, delimiter) : null;
    if (cells?.length !== sheet.columns.length) continue;
    const reading = readCells(cells, sheet);
    if (reading.error === null)
      return { ...reading, oddity: isOwn ? 'quoted_line' : 'other_delimiter' };
  }
  return null;
}

function readCells(cells: readonly string[], sheet: Header): RowReading {
  const readings = sheet.link_columns.map((column) => readLinks(cells[column] ?? ''));
  const hasLink = readings.some((reading) => reading.hasLink);
  return {
    cells,
    links: hasLink ? readings.flatMap(({ links }) => links) : [],
    error: hasLink ? null : linkless(cells, sheet),
    texts: hasLink ? readings.flatMap(({ texts }) => texts) : [],
    oddity: null,
  };
}

function linkless(cells: readonly string[], { columns, link_columns }: Header): RowError {
  const text = link_columns.map((column) => trimUnseen(cells[column] ?? '')).find(hasWords);
  if (text !== undefined) return notLinks(text);
  const elsewhere = cells.findIndex((cell) => readLinks(cell).hasLink);
  const wanted = shown(columns[link_columns[0] ?? 0] ?? '');
  return {
    code: 'no_links',
    message:
      elsewhere === -1
        ? 'Expected links to images, received an empty cell; add links or remove the row'
        : `Expected links under ${wanted}, received one under ${shown(columns[elsewhere] ?? '')}; ` +
          "move it, or check the row's delimiter",
  };
}

function notLinks(text: string): RowError {
  return {
    code: 'invalid_links',
    message: `Expected links that begin with http:// or https://, received ${shown(text)}; fix the cell`,
  };
}

/** A row that is longer than any is read. */
export function tooLong(record: string, sheet: Header): RowReading {
  return damaged(record.split(sheet.delimiter), sheet, {
    code: 'malformed_row',
    message: `Expected a row of at most ${MAX_RECORD_SIZE} characters, received ${record.length}; shorten it`,
  });
}

function tooManyCells({ length }: readonly string[], { columns }: Header): RowError {
  return {
    code: 'malformed_row',
    message: `Expected ${columns.length} cells, received ${length}; quote cells that hold the delimiter`,
  };
}

/** A row of which nothing is used: all its text is shown, what has no column of its own in the last one. */
function damaged(record: readonly string[], sheet: Header, error: RowError): RowReading {
  const { columns, delimiter } = sheet;
  const last = columns.length - 1;
  const cells = fold(record, sheet) ?? [
    ...record.slice(0, last),
    record.slice(last).join(delimiter),
  ];
  return { cells, links: [], error, texts: [], oddity: null };
}
