import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { Refusal } from '../errors';
import { readHeader, type Header } from './header';
import { readLinks, type LinksCell } from './links';
import { SYNTAX } from './syntax';
import { readText } from './text';

export type Sheet = Header;

export interface SheetRow extends LinksCell {
  /** 1 for the first row below the header; empty lines are not counted. */
  readonly number: number;
  /** As many as there are columns, text as it was. */
  readonly cells: readonly string[];
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
  return readHeader(beginning);
}

/**
 * The rows below the header, in order, as a stream: memory does not grow with the file.
 *
 * @throws Refusal when the file turns out to be no CSV after all
 */
export async function* readRows(file: string, sheet: Sheet): AsyncGenerator<SheetRow> {
  const parser = parse({ ...SYNTAX, delimiter: sheet.delimiter });
  // What goes wrong in the source ends the parser with the same error, which the loop below throws.
  pipeline(Readable.from(readText(file)), parser, () => undefined);
  let number = -1;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      number += 1;
      if (number === 0) continue;
      const cells = fold(record, sheet);
      yield { number, cells, ...readLinks(cells[sheet.url_column] ?? '') };
    }
  } catch (error) {
    throw error instanceof CsvError ? malformed(error, number) : error;
  }
}

/**
 * Gives a record as many cells as the sheet has columns. Surplus cells come from a list of links that was
 * not quoted: put together again they are the text that stood there.
 */
function fold(record: readonly string[], { columns, url_column, delimiter }: Sheet): string[] {
  const cells = [...record];
  while (cells.length > columns.length && cells.at(-1) === '') cells.pop();
  const surplus = cells.length - columns.length;
  if (surplus > 0) {
    const list = cells.slice(url_column, url_column + surplus + 1);
    cells.splice(url_column, surplus + 1, list.join(delimiter));
  }
  while (cells.length < columns.length) cells.push('');
  return cells;
}

function malformed(error: CsvError, lastRow: number): Refusal {
  const message =
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? `Expected rows of at most ${SYNTAX.max_record_size} bytes, received a longer one; ` +
        'look for a quote that is not closed'
      : `Expected well-formed CSV, received: ${error.message}; look for a quote that is not closed`;
  return new Refusal('invalid', message, [
    { loc: ['body', 'file', `row ${lastRow + 1}`], msg: message, type: 'malformed_csv' },
  ]);
}
