import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { OUTPUTS, type Output } from '../../contract/sheets';
import { errorsCell } from '../../src/csv/errorsCell';
import { openSheet, readRows } from '../../src/csv/read';
import type { Sheet } from '../../sheet/sheet';
import type { SheetRow } from '../../sheet/rows';
import { replaceLinks } from '../../src/csv/replaceLinks';
import { createResultSheet, type ResultSheet } from '../../src/csv/resultSheet';
import { withFolder } from '../support/temporaryFile';

/** For a longer run: `FC_RUNS=10000 npx jest test/csv/resultDialects`. */
const numRuns = Number(process.env['FC_RUNS'] ?? 300);

const COLUMNS = ['S. No.', 'Product Name', 'Input Image Urls', 'Notes', 'Image 2'];
const LINK_COLUMNS = [2, 4];

const dialects = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    hasMark: fc.boolean(),
    hasSeparatorLine: fc.boolean(),
    titles: fc.array(
      fc.constantFrom('Products of spring 2026', 'Export, of; shop', '"Stock, ""A"""', '', '-'),
      { maxLength: 4 },
    ),
  })
  .map(({ delimiter, lineEnd, hasMark, hasSeparatorLine, titles }) => {
    const lines = hasSeparatorLine ? [`sep=${delimiter}`, ...titles] : titles;
    return { delimiter, lineEnd, hasMark, preamble: lines.map((line) => line + lineEnd).join('') };
  });

/** NUL is refused as binary; the end-of-text mark of DOS is not text. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const isText = (text: string) => !/[\x00\x1a]/.test(text);

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter(isText),
  fc.constantFrom(
    '=1+1',
    "'=1+1",
    '@x',
    '-5',
    '-1,5',
    '24" screen',
    'a,b;c\td|e',
    'f\ng',
    'h\r\ni',
  ),
);

/** Writes the cell of a row's links. */
type Notation = (links: readonly string[]) => string;

const NOTATIONS: readonly Notation[] = [
  (links) => links.join(', '),
  (links) => links.join(';'),
  (links) => links.join(' | '),
  (links) => links.join('\n'),
  (links) => JSON.stringify(links),
  (links) => JSON.stringify(links).replaceAll('/', '\\/'),
  ([link = '']) => `=HYPERLINK("${link}";"Mug")`,
  ([link = '']) => `=IMAGE("${link}")`,
  ([link = '']) => `Front view: ${link}`,
  ([link = '']) => `side.jpg, ${link}`,
  ([link = '']) => `${link}?a=1&amp;b=2`,
  () => '',
];

const linkCells = fc
  .tuple(
    fc.array(
      fc.nat(999).map((n) => `https://shop.example/${n}.jpg`),
      { minLength: 1, maxLength: 4 },
    ),
    fc.constantFrom(...NOTATIONS),
  )
  .map(([links, notation]) => notation(links));

/** One row, and for each of its links whether it succeeds. */
const rowsWithOutcomes = fc.record({
  // The first cell is not empty, so that no row is.
  cells: fc.tuple(fc.nat(99).map(String), texts, linkCells, texts, linkCells),
  outcomes: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
});

const uploads = fc.record({
  dialect: dialects,
  quoted: fc.boolean(),
  table: fc.array(rowsWithOutcomes, { minLength: 1, maxLength: 5 }),
  // A file without any link is refused.
  last: rowsWithOutcomes.map((row) => ({
    ...row,
    cells: row.cells.with(2, 'https://shop.example/last.jpg'),
  })),
});

type UploadSpec = typeof uploads extends fc.Arbitrary<infer T> ? T : never;

function textOf({ dialect, quoted, table, last }: UploadSpec): string {
  const { delimiter, lineEnd, hasMark, preamble } = dialect;
  const records = [COLUMNS, ...[...table, last].map(({ cells }) => cells)];
  const written = stringify(records, {
    delimiter,
    record_delimiter: lineEnd,
    quoted,
    quoted_match: /[\r\n]/,
  });
  return (hasMark ? '\uFEFF' : '') + preamble + written;
}

interface Reading {
  readonly sheet: Sheet;
  readonly rows: readonly SheetRow[];
}

function resultSheetOf(sheet: Sheet, output: Output): ResultSheet {
  const { columns, link_columns: linkColumns } = sheet;
  return createResultSheet({
    columns,
    linkColumns,
    dialect: sheet,
    output,
    escapeFormulas: true,
  });
}

function dialectOf({ delimiter, lineEnd, hasMark, preamble }: Sheet) {
  return { delimiter, lineEnd, hasMark, preamble };
}

const OUTPUT = 'http://service.example/image/files/4a4f/0-0-5081604dfc96560a.jpg';

function outputsOf({ links }: SheetRow, outcomes: readonly boolean[]): (string | null)[] {
  return links.map((_, index) => (outcomes[index] === true ? OUTPUT : null));
}

function errorsOf({ links, error }: SheetRow, outcomes: readonly boolean[]): string {
  if (error !== null) return error.message;
  return errorsCell(
    links.flatMap((url, index) =>
      outcomes[index] === true
        ? []
        : [{ position: index + 1, code: 'not_found', message: 'Received "404"', url }],
    ),
  );
}

/** Checks a property of any upload. @param check gets the upload as it was read, and reads other texts */
async function checkUploads(
  check: (
    upload: Reading,
    outcomes: readonly (readonly boolean[])[],
    read: (text: string) => Promise<Reading>,
  ) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'sheet.csv');
    const read = async (text: string): Promise<Reading> => {
      await writeFile(file, text);
      const sheet = await openSheet(file);
      const rows: SheetRow[] = [];
      for await (const row of readRows(file, sheet)) rows.push(row);
      return { sheet, rows };
    };
    await fc.assert(
      fc.asyncProperty(uploads, async (spec) => {
        const upload = await read(textOf(spec));
        const table = [...spec.table, spec.last];
        expect(dialectOf(upload.sheet)).toEqual(spec.dialect);
        expect(upload.sheet.link_columns).toEqual(LINK_COLUMNS);
        expect(upload.rows.map(({ cells }) => cells)).toEqual(table.map(({ cells }) => cells));
        await check(
          upload,
          table.map(({ outcomes }) => outcomes),
          read,
        );
      }),
      { numRuns },
    );
  });
}

describe('the failed rows of any upload in any dialect', () => {
  /** An upload takes the `'` off again with which a result escapes a formula. */
  const unescaped = (cell: string) => cell.replace(/^'/, '');

  it.each(OUTPUTS)('have the same links when they are uploaded again (%s)', async (output) => {
    await checkUploads(async ({ sheet, rows }, outcomes, read) => {
      const { failedHead, failedRow } = resultSheetOf(sheet, output);
      const failing = rows
        .map((row, index) => ({ row, errors: errorsOf(row, outcomes[index] ?? []) }))
        .filter(({ errors }) => errors !== '');
      const text = failing.map(({ row, errors }) => failedRow(row.cells, errors)).join('');

      const again = await read(failedHead + text);
      expect(dialectOf(again.sheet)).toEqual(dialectOf(sheet));
      expect(again.sheet.columns).toEqual([...COLUMNS, 'Errors']);
      expect(again.rows.map(({ links }) => links)).toEqual(failing.map(({ row }) => row.links));
      expect(again.rows.map(({ cells }) => cells.slice(0, -1).map(unescaped))).toEqual(
        failing.map(({ row }) => row.cells.map(unescaped)),
      );
      expect(again.rows.map(({ cells }) => cells.at(-1))).toEqual(
        failing.map(({ errors }) => errors),
      );
    });
  });
});

describe('the result with replaced links of any upload in any dialect', () => {
  /** Returns the cells of a row without the text of its links. */
  function withoutLinks({ cells, links }: SheetRow, { link_columns }: Sheet): string[] {
    return cells.map((cell, column) =>
      link_columns.includes(column)
        ? replaceLinks(
            cell,
            links.map(() => 'LINK'),
          )
        : cell,
    );
  }

  it('reads back equal but for the links that were replaced', async () => {
    await checkUploads(async ({ sheet, rows }, outcomes, read) => {
      const { resultHead, resultRow } = resultSheetOf(sheet, 'replace');
      const outputs = rows.map((row, index) => outputsOf(row, outcomes[index] ?? []));
      const text = rows.map(({ cells }, index) => resultRow(cells, outputs[index] ?? [])).join('');

      const again = await read(resultHead + text);
      expect(dialectOf(again.sheet)).toEqual(dialectOf(sheet));
      expect(again.sheet.columns).toEqual(COLUMNS);
      expect(again.rows.map((row) => withoutLinks(row, sheet))).toEqual(
        rows.map((row) => withoutLinks(row, sheet)),
      );
      expect(again.rows.map(({ links }) => links)).toEqual(
        rows.map(({ links }, row) => links.map((link, index) => outputs[row]?.[index] ?? link)),
      );
    });
  });
});
