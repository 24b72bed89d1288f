import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { openSheet, readRows } from '../../src/csv/read';
import type { SheetRow } from '../../sheet/rows';
import { Refusal } from '../../src/errors';
import { withFolder } from '../support/temporaryFile';

const HEADER = ['S. No.', 'Product Name', 'Input Image Urls', 'Colour'];

/**
 * Cells with quotes, delimiters and line breaks anywhere, which make rows hard to tell apart. Marked cells contain
 * the number of their row, which shows where each of them ended up.
 */
const hard = fc
  .array(fc.constantFrom('"', ',', '\n', ' ', 'a', 'bc', '""', ',\n', '\r\n', '","', ';'), {
    maxLength: 5,
  })
  .map((parts) => parts.join(''));

const row = fc.record({
  before: hard,
  after: hard,
  colour: hard,
  links: fc.integer({ min: 0, max: 3 }),
  noLinks: fc.constantFrom('', 'n/a'),
  separator: fc.constantFrom(', ', ',', '\n', ' | '),
});

const damage = fc.record({ isRemoval: fc.boolean(), at: fc.nat() });

function markedRow(number: number, spec: RowSpec): string[] {
  const { before, after, colour, links, noLinks, separator } = spec;
  const list = Array.from({ length: links }, (_, index) => `http://shop/R${number}R-${index}.jpg`);
  const cell = links === 0 ? noLinks : list.join(separator);
  return [`R${number}R`, `${before}R${number}R${after}`, cell, colour];
}

type RowSpec = typeof row extends fc.Arbitrary<infer T> ? T : never;

interface Dialect {
  readonly delimiter: string;
  readonly lineEnd: string;
  /** The order of the columns. */
  readonly order: readonly number[];
}

const dialect: fc.Arbitrary<Dialect> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t'),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
});

function ordered(cells: readonly string[], { order }: Dialect): string[] {
  return order.map((column) => cells[column] ?? '');
}

function written(cells: readonly string[], quotesAll: boolean, { delimiter }: Dialect): string {
  return cells
    .map((cell) => {
      const isHard = quotesAll || cell.includes(delimiter) || /["\r\n]/.test(cell);
      return isHard ? `"${cell.replaceAll('"', '""')}"` : cell;
    })
    .join(delimiter);
}

/** Adds or removes one quote anywhere. */
function damaged(text: string, { isRemoval, at }: { isRemoval: boolean; at: number }): string {
  const quotes = [...text.matchAll(/"/g)].map(({ index }) => index);
  const quote = quotes[at % Math.max(quotes.length, 1)];
  if (isRemoval && quote !== undefined) return text.slice(0, quote) + text.slice(quote + 1);
  const offset = at % (text.length + 1);
  return `${text.slice(0, offset)}"${text.slice(offset)}`;
}

/** Whether a row is one unchanged line with links. */
function isUntouched(text: string, cells: readonly string[], line = ''): boolean {
  return (
    cells.some((cell) => cell.startsWith('http:')) &&
    !/[\r\n]/.test(line) &&
    text.split(/\r?\n/).includes(line)
  );
}

function rowsNamedIn(texts: readonly string[]): number[] {
  const names = texts.flatMap((text) => [...text.matchAll(/R(\d+)R/g)]);
  return [...new Set(names.map(([, number]) => Number(number)))];
}

async function read(file: string): Promise<SheetRow[] | null> {
  try {
    const rows: SheetRow[] = [];
    for await (const one of readRows(file, await openSheet(file))) rows.push(one);
    return rows;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** For a longer run: `QUOTE_RUNS=10000 npx jest test/sheet/quotes`. */
const numRuns = Number(process.env['QUOTE_RUNS'] ?? 300);

describe('a table with one quote too many or too few', () => {
  it('never mixes two rows, and accounts for every row', async () => {
    let refused = 0;
    await withFolder(async (folder) => {
      const file = path.join(folder, 'sheet.csv');
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, { minLength: 1, maxLength: 6 }),
          fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
          dialect,
          damage,
          async (specs, quotesAll, how, fault) => {
            const table = specs.map((spec, index) => ordered(markedRow(index + 1, spec), how));
            const lines = [ordered(HEADER, how), ...table].map((cells, index) =>
              written(cells, quotesAll[index] === true, how),
            );
            const text = damaged(lines.join(how.lineEnd) + how.lineEnd, fault);
            await writeFile(file, text);
            const rows = await read(file);
            if (rows === null) {
              refused += 1;
              return;
            }
            for (const { links, cells } of rows) {
              expect(rowsNamedIn([...cells, ...links]).length).toBeLessThan(2);
            }
            expect(rowsNamedIn(rows.flatMap(({ cells }) => cells)).sort()).toEqual(
              table.map((_, index) => index + 1),
            );
            const whole = table.filter((cells, index) =>
              isUntouched(text, cells, lines[index + 1]),
            );
            for (const cells of whole) expect(rows.map((one) => one.cells)).toContainEqual(cells);
          },
        ),
        { numRuns },
      );
    });
    // Only a header that is not recognized refuses the file.
    expect(refused).toBeLessThan(numRuns / 4);
  });
});
