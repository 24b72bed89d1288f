import { CsvError } from 'csv-parse/sync';
import { DEFAULT_SHEET_OPTIONS, type SheetOptions } from '../../contract/sheets';
import { Refusal } from '../errors';
import { readHeader, type Header } from './header';
import { tooLongHeader } from './headerRefusals';
import { readLenientCells } from './lenientCells';
import { MAX_RECORD_SIZE, parseRecord, parseRecords } from './parse';
import { findLineEnd, findRecordEnd, hasOddNumberOfQuotes } from './quotes';
import { readDamagedLine, readRow, tooLongRow, type RowReading } from './row';
import { createRowShape } from './rowShape';
import { isOwnOutput } from './write';
import { MAX_RECORD, splitRecords, type Piece } from './split';
import { chooseEncoding, type TextEncoding } from './encoding';
import { hasOddQuotes, readText, type TextSource } from './text';
import { inspectText, type TextFindings } from './textFindings';

export interface Sheet extends Header, TextEncoding {
  /** What relative links are appended to; `null`: they fail. */
  readonly baseUrl: string | null;
  /**
   * Whether formulas have a `'` before them that we put there: it looks like a result or failed rows of ours, and is
   * uploaded as such. With `output=replace`, nothing is escaped, and all text stays as it is.
   */
  readonly isEscaped: boolean;
  /** Header and rows have an odd number of quotes: at least one is missing or surplus. */
  readonly hasOddQuotes: boolean;
}

export interface SheetRow extends RowReading {
  /** 1 for the first row below the header; empty lines are not counted. */
  readonly number: number;
}

/** The header must end within this many characters. */
const HEADER_WITHIN = 256 * 1024;

/**
 * Reads the header of a CSV file.
 *
 * @param found what was found while the file was received; by default, the file is inspected here
 * @throws Refusal when the file is not a CSV, its encoding is unclear, or its header has no column of links
 */
export async function openSheet(
  file: string,
  { base_url, encoding, link_columns: named, output }: SheetOptions = DEFAULT_SHEET_OPTIONS,
  found?: TextFindings,
): Promise<Sheet> {
  const findings = found ?? (await inspectText(file));
  const encoded = chooseEncoding(findings, encoding);
  let beginning = '';
  for await (const text of readText(file, encoded)) {
    beginning += text;
    if (beginning.length >= HEADER_WITHIN) break;
  }
  const isCut = beginning.length >= HEADER_WITHIN;
  if (isCut && findLineEnd(beginning, 0) === -1) throw tooLongHeader(HEADER_WITHIN);
  const isOdd = await hasOddQuotes(file, encoded, findings);
  const mayBeEscaped = output === 'append';
  const header = readHeader(beginning, { hasOddQuotes: isOdd, named, mayBeEscaped });
  if (isCut && header.end >= beginning.length) throw tooLongHeader(HEADER_WITHIN);
  return {
    ...header,
    isEscaped: mayBeEscaped && isOwnOutput(header.columns),
    ...encoded,
    baseUrl: base_url,
    // Quotes in a title say nothing about the rows.
    hasOddQuotes: isOdd !== hasOddNumberOfQuotes(header.preamble),
  };
}

/**
 * Streams the rows below the header, in order. Memory does not grow with the file.
 *
 * @param source the same bytes that `openSheet` read
 * @throws Refusal when a later part of the file shows that it is not a CSV in the encoding
 */
export async function* readRows(source: TextSource, sheet: Sheet): AsyncGenerator<SheetRow> {
  const { delimiter, end } = sheet;
  let number = 0;
  const pieces = splitRecords(skip(readText(source, sheet), end), {
    delimiter,
    shape: createRowShape(sheet),
  });
  for await (const piece of pieces) {
    for (const reading of readPiece(piece, sheet, number)) {
      number += 1;
      yield { number, ...reading };
    }
  }
}

async function* skip(chunks: AsyncIterable<string>, characters: number): AsyncGenerator<string> {
  let remaining = characters;
  for await (const chunk of chunks) {
    if (remaining < chunk.length) yield chunk.slice(remaining);
    remaining = Math.max(remaining - chunk.length, 0);
  }
}

function readPiece(piece: Piece, sheet: Sheet, lastRow: number): RowReading[] {
  switch (piece.kind) {
    case 'endless':
      throw endlessRow(lastRow + 1);
    case 'damaged':
      return [readDamagedLine(piece.line, piece.quote, sheet)];
    case 'records':
      return piece.isSpaced
        ? readOneByOne(
            piece.text,
            sheet,
            (record) => readLenientCells(record, sheet.delimiter, 'text').cells,
          )
        : readTogether(piece.text, sheet);
  }
}

function readTogether(text: string, sheet: Sheet): RowReading[] {
  try {
    return parseRecords(text, sheet.delimiter).map((record) => readRow(record, sheet));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // One record is longer than the parser accepts.
    return readOneByOne(text, sheet, (record) => parseRecord(record, sheet.delimiter));
  }
}

/** @param cellsOf returns `null` for a record that is too long */
function readOneByOne(
  text: string,
  sheet: Sheet,
  cellsOf: (record: string) => string[] | null,
): RowReading[] {
  const readings: RowReading[] = [];
  for (let at = 0, end; at < text.length; at = end) {
    const found = findRecordEnd(text, at, sheet.delimiter);
    end = found.kind === 'whole' ? found.end : text.length;
    const record = text.slice(at, end).replace(/\r?\n?$/, '');
    if (record === '') continue;
    const cells = record.length > MAX_RECORD_SIZE ? null : cellsOf(record);
    if (cells === null) readings.push(tooLongRow(record, sheet));
    else if (cells.some((cell) => cell.trim() !== '')) readings.push(readRow(cells, sheet));
  }
  return readings;
}

function endlessRow(row: number): Refusal {
  const message =
    `Expected rows of at most ${MAX_RECORD_SIZE} characters, received one of more than ${MAX_RECORD}; ` +
    'check that it is a CSV with line breaks';
  return new Refusal('invalid', message, [
    { loc: ['body', 'file', `row ${row}`], msg: message, type: 'malformed_csv' },
  ]);
}
