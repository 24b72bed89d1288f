import { Refusal } from '../errors';
import { readLenientCells } from './lenientCells';
import { readLinks } from './links';
import { parseRecord } from './parse';
import { findLineEnd, findRecordEnd } from './quotes';

export const DELIMITERS = [',', ';', '\t'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

export interface Header {
  /** The header cells, unchanged. */
  readonly columns: readonly string[];
  /** Indexes of the `columns` that hold links, in ascending order; at least one. */
  readonly link_columns: readonly number[];
  readonly delimiter: Delimiter;
  /** Title, `sep=` and blank lines above the header, unchanged, with their line ends. */
  readonly preamble: string;
  /** The line end of the header. */
  readonly lineEnd: string;
  /** Whether a row without any link is part of the sheet, as in the export of a shop, and no fault. */
  readonly mayLackLinks: boolean;
  /** Offset in characters at which the rows begin. */
  readonly end: number;
}

/** One way to read the first record of a file. */
interface Candidate {
  readonly delimiter: Delimiter;
  readonly cells: readonly string[];
  /** Offset of the record's end. */
  readonly end: number;
}

/** The required columns, in the spellings seen in practice after {@link normalized}. */
const SERIAL_NUMBER = /^(sno|srno|serialno|serialnumber)$/;
const PRODUCT_NAME = /^productname$/;
/** `Input Image Urls`, `Image URL`, `Images`, `Image 1`, `Image 2 Link`; but not `Output Image Urls`. */
const LINK_COLUMN = /^(input)?(image|img)s?\d*(url|link|src)?s?\d*$/;

const REQUIRED = [SERIAL_NUMBER, PRODUCT_NAME, LINK_COLUMN];

/** A CSV has a handful of columns; a thousand are a mistake or an attack. */
const MAX_COLUMNS = 1_000;

/**
 * Reads the header at the beginning of a file, and detects the delimiter.
 *
 * @throws Refusal `invalid` when no delimiter gives the required columns
 */
export function readHeader(beginning: string, hasOddQuotes: boolean): Header {
  const candidates = DELIMITERS.flatMap((delimiter) =>
    readFirstRecord(beginning, delimiter, hasOddQuotes),
  );
  for (const { delimiter, cells, end } of candidates) {
    const names = cells.map(normalized);
    if (!REQUIRED.every((spelling) => names.some((name) => spelling.test(name)))) continue;
    if (cells.length > MAX_COLUMNS) {
      throw headerRefusal(`at most ${MAX_COLUMNS} columns, received ${cells.length}; remove some`);
    }
    const link_columns = names.flatMap((name, index) => (LINK_COLUMN.test(name) ? [index] : []));
    return {
      columns: cells,
      link_columns,
      delimiter,
      preamble: '',
      lineEnd: '\n',
      mayLackLinks: false,
      end,
    };
  }
  const [widest] = candidates.sort((one, other) => other.cells.length - one.cells.length);
  const received = (widest?.cells ?? [])
    .slice(0, 20)
    .map((name) => JSON.stringify(name.slice(0, 60)));
  throw headerRefusal(
    'the columns S. No., Product Name, Input Image Urls (spaces, dots, underscores and case do not matter), ' +
      `received ${received.join(', ') || 'no header'}; name the columns in the first line`,
  );
}

/** Lowercases a column name, and removes separators, quotes and invisible characters. */
export function normalized(name: string): string {
  return name.toLowerCase().replace(/[\s._\-"\p{Cc}\p{Cf}]/gu, '');
}

/** Reads the first record with one delimiter. If several readings are possible, the one with fewer lines comes first. */
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
  // Programs that quote whole lines also quote the header line.
  const quoted = cells.length === 1 ? parseRecord(cells[0] ?? '', delimiter) : null;
  return [
    // A column name may contain a line break. After a wrong quote, the break may also be the header's end.
    ...(end > firstLine.end && (hasOddQuotes || containsLink(cells)) ? [firstLine] : []),
    { delimiter, cells, end },
    ...(quoted === null ? [] : [{ delimiter, cells: quoted, end }]),
  ];
}

function containsLink(cells: readonly string[]): boolean {
  return cells.some((cell) => readLinks(cell).hasLink);
}

/** Returns the offset of the first line that holds more than separators. */
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
