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
  const text = boundedText(file, () => parser.info.records);
  pipeline(Readable.from(text), parser, () => undefined);
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

/** Characters without the end of a record: as many as {@link SYNTAX} bounds, and the delimiters of many links. */
const MAX_RECORD = 4 * 2 ** 20;

/**
 * The parser counts the characters of cells only: empty cells are free, and a line of commas would be millions.
 *
 * @param records how many the parser has found
 */
async function* boundedText(file: string, records: () => number): AsyncGenerator<string> {
  let found = 0;
  let pending = 0;
  for await (const text of readText(file)) {
    yield text;
    // Outside of quotes a line's end is a record's end, also where an empty record is passed over; within them
    // characters count.
    const hasEnd = /[\r\n]/.test(text) && !text.includes('"');
    pending = hasEnd || records() > found ? 0 : pending + text.length;
    found = records();
    if (pending > MAX_RECORD) throw tooLong(MAX_RECORD, found);
  }
}

const LINK = /^[\s"]*https?:\/\//i;

/**
 * Gives a record as many cells as the sheet has columns, each under its own name. Links that were not quoted
 * have spilled into the cells behind: surplus ones, or those under the blank names by which spreadsheets widen a
 * header. Put together again they are the text that stood there.
 */
function fold(record: readonly string[], { columns, url_column, delimiter }: Sheet): string[] {
  const cells = [...record];
  const surplus = () => Math.max(cells.length - columns.length, 0);
  const gather = (count: number) => {
    const list = cells.slice(url_column, url_column + count + 1);
    cells.splice(url_column, count + 1, list.join(delimiter));
  };
  const behind = url_column + 1;
  const room = surplus() + blankNames(columns.slice(behind));
  const spilled = cells.slice(behind, behind + room).findLastIndex((cell) => LINK.test(cell)) + 1;
  const taken = Math.max(spilled - surplus(), 0);
  gather(spilled);
  cells.splice(behind, 0, ...new Array<string>(taken).fill(''));
  while (surplus() > 0 && cells.at(-1) === '') cells.pop();
  gather(surplus());
  while (cells.length < columns.length) cells.push('');
  return cells;
}

/** How many names at the beginning are blank. */
function blankNames(names: readonly string[]): number {
  const named = names.findIndex((name) => name.trim() !== '');
  return named === -1 ? names.length : named;
}

function malformed(error: CsvError, lastRow: number): Refusal {
  return error.code === 'CSV_MAX_RECORD_SIZE'
    ? tooLong(SYNTAX.max_record_size, lastRow + 1)
    : refusalAt(lastRow + 1, `Expected well-formed CSV, received: ${error.message}`);
}

function tooLong(characters: number, row: number): Refusal {
  return refusalAt(row, `Expected rows of at most ${characters} characters, received a longer one`);
}

function refusalAt(row: number, expectedReceived: string): Refusal {
  const message = `${expectedReceived}; look for a quote that is not closed`;
  return new Refusal('invalid', message, [
    { loc: ['body', 'file', `row ${row}`], msg: message, type: 'malformed_csv' },
  ]);
}
