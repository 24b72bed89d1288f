import { Refusal } from '../errors';
import { readLenientCells } from './lenientCells';
import { readLinks } from './links';
import { parseRecord } from './parse';
import { findLineEnd, findRecordEnd } from './quotes';

export const DELIMITERS = [',', ';', '\t'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

export interface Header {
  /** The header cells as they were. */
  readonly columns: readonly string[];
  /** Which of `columns` hold links, from left to right; at least one. */
  readonly link_columns: readonly number[];
  readonly delimiter: Delimiter;
  /** Where in the file's text the rows begin, in characters. */
  readonly end: number;
}

/** What the first record of a file may be. */
interface Candidate {
  readonly delimiter: Delimiter;
  readonly cells: readonly string[];
  /** Where in the text the record ends. */
  readonly end: number;
}

/** The needed columns by the spellings met in practice, as {@link normalized} makes them. */
const SERIAL_NUMBER = /^(sno|srno|serialno|serialnumber)$/;
const PRODUCT_NAME = /^productname$/;
/** `Input Image Urls` and its kin: `Image URL`, `Images`, `Image 1`, `Image 2 Link`. `Output Image Urls` is none. */
const LINKS = /^(input)?(image|img)s?\d*(url|link|src)?s?\d*$/;

const NEEDED = [SERIAL_NUMBER, PRODUCT_NAME, LINKS];

/** A sheet has a handful; a thousand are a mistake or an attack. */
const MAX_COLUMNS = 1_000;

/**
 * Recognizes the header at the beginning of a file, and by it the delimiter.
 *
 * @throws Refusal `invalid`, naming what was found and what is accepted
 */
export function readHeader(beginning: string, hasOddQuotes: boolean): Header {
  const candidates = DELIMITERS.flatMap((delimiter) =>
    readFirstRecord(beginning, delimiter, hasOddQuotes),
  );
  for (const { delimiter, cells, end } of candidates) {
    const names = cells.map(normalized);
    if (!NEEDED.every((spelling) => names.some((name) => spelling.test(name)))) continue;
    if (cells.length > MAX_COLUMNS) {
      throw headerRefusal(`at most ${MAX_COLUMNS} columns, received ${cells.length}; remove some`);
    }
    const link_columns = names.flatMap((name, index) => (LINKS.test(name) ? [index] : []));
    return { columns: cells, link_columns, delimiter, end };
  }
  const [most] = candidates.sort((one, other) => other.cells.length - one.cells.length);
  const received = (most?.cells ?? [])
    .slice(0, 20)
    .map((name) => JSON.stringify(name.slice(0, 60)));
  throw headerRefusal(
    'the columns S. No., Product Name, Input Image Urls (spaces, dots, underscores and case do not matter), ' +
      `received ${received.join(', ') || 'no header'}; name the columns in the first line`,
  );
}

/** A column's name without what people and programs spell differently, and without what nothing shows. */
export function normalized(name: string): string {
  return name.toLowerCase().replace(/[\s._\-"\p{Cc}\p{Cf}]/gu, '');
}

/** The first record by one delimiter. Where it can be read in two ways, the one that takes fewer lines comes first. */
function readFirstRecord(text: string, delimiter: Delimiter, hasOddQuotes: boolean): Candidate[] {
  const start = skipEmptyLines(text);
  const found = findRecordEnd(text, start, delimiter);
  const lineEnd = findLineEnd(text, start);
  const line = text.slice(start, lineEnd === -1 ? undefined : lineEnd);
  const firstLine = {
    delimiter,
    cells: parseRecord(line, delimiter) ?? line.trimEnd().replaceAll('"', '').split(delimiter),
    end: start + line.length,
  };
  if (found.kind !== 'whole') return [firstLine];
  const { end, isSpaced } = found;
  const record = text.slice(start, end).trimEnd();
  const cells = isSpaced
    ? readLenientCells(record, delimiter, 'text').cells
    : (parseRecord(record, delimiter) ?? []);
  // Programs that quote whole lines do so with the header too.
  const quoted = cells.length === 1 ? parseRecord(cells[0] ?? '', delimiter) : null;
  return [
    // A name may have a line break in it. Where a quote is wrong, the break may also be the header's end.
    ...(end > firstLine.end && (hasOddQuotes || holdsLink(cells)) ? [firstLine] : []),
    { delimiter, cells, end },
    ...(quoted === null ? [] : [{ delimiter, cells: quoted, end }]),
  ];
}

function holdsLink(cells: readonly string[]): boolean {
  return cells.some((cell) => readLinks(cell).hasLink);
}

/** Where the first line begins that holds more than separators. */
function skipEmptyLines(text: string): number {
  const first = text.search(/[^\s,;]/);
  if (first === -1) return text.length;
  const breaks = /[\r\n][^\r\n]*$/.exec(text.slice(0, first));
  return breaks === null ? 0 : breaks.index + 1;
}

function headerRefusal(expectedReceived: string): Refusal {
  const message = `Expected ${expectedReceived}`;
  return new Refusal('invalid', message, [
    { loc: ['body', 'file', 'header'], msg: message, type: 'invalid_header' },
  ]);
}
