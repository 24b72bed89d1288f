import { parse } from 'csv-parse/sync';
import { Refusal } from '../errors';
import { SYNTAX } from './syntax';

const DELIMITERS = [',', ';', '\t'] as const;
type Delimiter = (typeof DELIMITERS)[number];

export interface Header {
  /** The header cells as they were. */
  readonly columns: readonly string[];
  /** Which of `columns` holds the links. */
  readonly url_column: number;
  readonly delimiter: Delimiter;
}

/** The needed columns by the spellings met in the wild, as {@link normalised} makes them. */
const NEEDED = {
  'S. No.': ['sno', 'srno', 'serialno', 'serialnumber'],
  'Product Name': ['productname'],
  'Input Image Urls': ['inputimageurls', 'inputimageurl', 'imageurls', 'imageurl'],
} as const;

/** A sheet has a handful; a thousand are a mistake or an attack. */
const MAX_COLUMNS = 1_000;

/**
 * Recognises the header at the beginning of a file, and by it the delimiter.
 *
 * @throws Refusal `invalid`, naming what was found and what is accepted
 */
export function readHeader(beginning: string): Header {
  const candidates = DELIMITERS.map((delimiter) => ({
    delimiter,
    columns: firstRecord(beginning, delimiter),
  }));
  for (const { delimiter, columns } of candidates) {
    const found = Object.values(NEEDED).map((spellings) => indexOf(columns, spellings));
    const url_column = found.at(-1) ?? -1;
    if (found.includes(-1)) continue;
    if (columns.length > MAX_COLUMNS) {
      throw headerRefusal(
        `at most ${MAX_COLUMNS} columns, received ${columns.length}; remove some`,
      );
    }
    return { columns, url_column, delimiter };
  }
  const [most] = candidates.sort((one, other) => other.columns.length - one.columns.length);
  const received = (most?.columns ?? [])
    .slice(0, 20)
    .map((name) => JSON.stringify(name.slice(0, 60)));
  throw headerRefusal(
    `the columns ${Object.keys(NEEDED).join(', ')} (spaces, dots, underscores and case do not matter), ` +
      `received ${received.join(', ') || 'no header'}; name the columns in the first line`,
  );
}

/** Of several that would do, the one that is spelt best. */
function indexOf(columns: readonly string[], spellings: readonly string[]): number {
  const names = columns.map(normalised);
  return spellings.map((spelling) => names.indexOf(spelling)).find((index) => index !== -1) ?? -1;
}

/** A name that is quoted behind a space reaches us with its quotes. */
function normalised(name: string): string {
  return name.toLowerCase().replace(/[\s._"]/g, '');
}

function firstRecord(text: string, delimiter: string): string[] {
  try {
    const [record] = parse(text, { ...SYNTAX, delimiter, to: 1 });
    return record ?? [];
  } catch {
    // Not readable with this delimiter; the others are tried as well.
    return [];
  }
}

function headerRefusal(expectedReceived: string): Refusal {
  const message = `Expected ${expectedReceived}`;
  return new Refusal('invalid', message, [
    { loc: ['body', 'file', 'header'], msg: message, type: 'invalid_header' },
  ]);
}
