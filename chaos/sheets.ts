import { stringify } from 'csv-stringify/sync';
import { linkTo, type PictureKind } from './pictures';
import { pick, pickWeighted, integerBetween, type Random } from './random';

/** One row as it is uploaded, and the links that the service must read from it. */
export interface SheetRow {
  readonly cells: readonly string[];
  /** Empty for a bad row. */
  readonly links: readonly string[];
}

export interface Sheet {
  readonly number: number;
  /** The file name, by which the request of an upload without an answer is found. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly SheetRow[];
  readonly csv: string;
  readonly format: 'keep' | 'webp';
}

/** What is decided about a sheet before it is made. */
export interface SheetSize {
  /** The number of different links. */
  readonly images: number;
  /** The number of rows with long texts, which the sheet has at least; 0 for a sheet without columns for them. */
  readonly longRows: number;
}

const COLUMNS = ['S. No.', 'Product Name', 'Input Image Urls', 'Colour'];
const LONG_COLUMNS = ['Description', 'Notes'];
/** Together a result CSV of more than 10 MiB, which is uploaded in three parts. A row may have 2^20 characters. */
const LONG_ROWS = 12;
const LONG_CHARACTERS = 460_000;
const MAX_LINKS = 4;
const KIND_WEIGHTS = { good: 95, missing: 1.5, text: 1.5, late: 2 } as const;

/** Makes a sheet with different images on several hosts, and with oddities of real files. */
export function makeSheet(
  random: Random,
  number: number,
  { images, longRows }: SheetSize,
  hosts: readonly [string, ...string[]],
): Sheet {
  const longColumns = longRows === 0 ? [] : LONG_COLUMNS;
  const columns = [...COLUMNS, ...longColumns];
  const rows: SheetRow[] = [];
  const seen: string[] = [];

  function nextLink(): string {
    const kind: PictureKind = pickWeighted(random, KIND_WEIGHTS);
    const link = linkTo(pick(random, hosts), { kind, sheet: number, image: seen.length });
    seen.push(link);
    return link;
  }

  function nextLinks(): string[] {
    const some = Math.min(integerBetween(random, 1, MAX_LINKS), images - seen.length);
    const links = Array.from({ length: some }, nextLink);
    const [first, ...others] = seen;
    // The same link again: one image with several occurrences.
    if (first !== undefined && random() < 0.05) links.push(pick(random, [first, ...others]));
    return links;
  }

  while (seen.length < images || rows.length < longRows) {
    const serial = String(rows.length + 1);
    const product = `${pick(random, ['Chair', 'Table, round', 'A "lamp"', 'Two\nlines'])} ${serial}`;
    const links = random() < 0.02 ? [] : nextLinks();
    const cell = links.length === 0 ? pick(random, ['', 'ask Tom']) : links.join(', ');
    const colour = pick(random, ['red', 'grün', '']);
    const isLong = rows.length < longRows;
    const texts = longColumns.map((column) => (isLong ? longText(`${column} ${serial}. `) : ''));
    rows.push({ cells: [serial, product, cell, colour, ...texts], links });
  }
  return {
    number,
    name: `sheet-${number}.csv`,
    columns,
    rows,
    csv: stringify([columns, ...rows.map(({ cells }) => [...cells])]),
    format: pick(random, ['keep', 'keep', 'webp']),
  };
}

function longText(sentence: string): string {
  return sentence.repeat(Math.ceil(LONG_CHARACTERS / sentence.length));
}

/** Splits a total into parts, none of them empty: a few large ones and many small ones. */
export function split(random: Random, total: number, parts: number): [number, ...number[]] {
  const weights = Array.from({ length: parts }, () => random() ** 4 + 0.005);
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
  const spare = total - parts;
  const sizes = weights.map((weight) => 1 + Math.floor((spare * weight) / weightSum));
  const [first = 0, ...others] = sizes;
  const left = total - sizes.reduce((sum, size) => sum + size, 0);
  return [first + left, ...others];
}

/** Gives the largest sheet long texts. */
export function withLongTexts(sizes: readonly number[]): SheetSize[] {
  const largest = sizes.indexOf(Math.max(...sizes));
  return sizes.map((images, index) => ({ images, longRows: index === largest ? LONG_ROWS : 0 }));
}

export function withoutLongTexts(sizes: readonly number[]): SheetSize[] {
  return sizes.map((images) => ({ images, longRows: 0 }));
}
