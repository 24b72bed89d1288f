import { CsvError } from 'csv-parse/sync';
import { Refusal } from '../errors';
import { readHeader, type Header } from './header';
import { MAX_RECORD_SIZE, parseRecords } from './parse';
import { readDamagedLine, readRow, type RowReading } from './row';
import { createRowShape } from './rowShape';
import { MAX_RECORD, splitRecords, type Piece } from './split';
import { hasOddQuotes, readText } from './text';

export interface Sheet extends Header {
  /** One of the file's quotes is missing or too many. */
  readonly hasOddQuotes: boolean;
}

export interface SheetRow extends RowReading {
  /** 1 for the first row below the header; empty lines are not counted. */
  readonly number: number;
}

/** Characters of the file's beginning in which the header must end. */
const HEADER_WITHIN = 64 * 1024;

/** @throws Refusal when the file is no CSV in UTF-8 or its header lacks a needed column */
export async function openSheet(file: string): Promise<Sheet> {
  let beginning = '';
  for await (const text of readText(file)) {
    beginning += text;
    if (beginning.length >= HEADER_WITHIN) break;
  }
  const isOdd = await hasOddQuotes(file);
  return { ...readHeader(beginning, isOdd), hasOddQuotes: isOdd };
}

/**
 * The rows below the header, in order, as a stream: memory does not grow with the file.
 *
 * @throws Refusal when the file turns out to be no CSV after all
 */
export async function* readRows(file: string, sheet: Sheet): AsyncGenerator<SheetRow> {
  const { delimiter, end } = sheet;
  let number = 0;
  const pieces = splitRecords(skip(readText(file), end), {
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
  let left = characters;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.slice(left);
    left = Math.max(left - chunk.length, 0);
  }
}

function readPiece(piece: Piece, sheet: Sheet, lastRow: number): RowReading[] {
  switch (piece.kind) {
    case 'endless':
      throw tooLong(MAX_RECORD, lastRow + 1);
    case 'damaged':
      return [readDamagedLine(piece.line, piece.quote, sheet)];
    case 'records':
      return recordsOf(piece.text, piece.isSpaced, sheet, lastRow).map((record) =>
        readRow(record, sheet),
      );
  }
}

function recordsOf(text: string, trim: boolean, { delimiter }: Sheet, lastRow: number) {
  try {
    return parseRecords(text, { delimiter, trim });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw tooLong(MAX_RECORD_SIZE, lastRow + 1);
  }
}

function tooLong(characters: number, row: number): Refusal {
  const message =
    `Expected rows of at most ${characters} characters, received a longer one; ` +
    'look for a quote that is not closed';
  return new Refusal('invalid', message, [
    { loc: ['body', 'file', `row ${row}`], msg: message, type: 'malformed_csv' },
  ]);
}
