import { CsvError } from 'csv-parse/sync';
import { Refusal } from '../contract/refusal';
import { readLenientCells } from './lenientCells';
import { MAX_RECORD_SIZE, parseRecord, parseRecords } from './parse';
import { findRecordEnd } from './quotes';
import { readDamagedLine, readRow, tooLongRow, type RowReading } from './row';
import { createRowShape } from './rowShape';
import type { Sheet } from './sheet';
import { createSplitter, MAX_RECORD, type Piece } from './split';

export interface SheetRow extends RowReading {
  /** 1 for the first row below the header; empty lines are not counted. */
  readonly number: number;
}

interface RowReader {
  /** Yields the rows that are complete with this part of the file. */
  add(text: string): Iterable<SheetRow>;
  /** Yields the rows in the rest, after the last part. */
  end(): Iterable<SheetRow>;
}

/**
 * Reads the rows below the header from the parts of a file, in order. Memory does not grow with the file. All rows of
 * one part must be taken before the next is added; both functions throw a `Refusal` when the file shows that it is no
 * CSV.
 */
export function createRowReader(sheet: Sheet): RowReader {
  const { delimiter, end } = sheet;
  const splitter = createSplitter({ delimiter, shape: createRowShape(sheet) });
  let above = end;
  let number = 0;
  function* read(pieces: readonly Piece[]): Generator<SheetRow> {
    for (const piece of pieces) {
      for (const reading of readPiece(piece, sheet, number)) {
        number += 1;
        yield { number, ...reading };
      }
    }
  }
  return {
    add(text) {
      const rows = text.slice(above);
      above = Math.max(above - text.length, 0);
      return read(splitter.add(rows));
    },
    end: () => read(splitter.end()),
  };
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
