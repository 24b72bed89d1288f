import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { DEFAULT_SHEET_OPTIONS } from '../../contract/sheets';
import { openSheet, readRows } from '../../src/csv/read';
import type { SheetRow } from '../../sheet/rows';
import { inspectText } from '../../src/csv/inspectText';
import { withFile, withFolder } from '../support/temporaryFile';

async function read(content: string | Uint8Array, encoding = 'auto') {
  return withFile(content, async (file) => {
    const sheet = await openSheet(file, { ...DEFAULT_SHEET_OPTIONS, encoding });
    const rows: SheetRow[] = [];
    for await (const row of readRows(file, sheet)) rows.push(row);
    return { sheet, rows };
  });
}

const run = promisify(execFile);
const ROOT = path.join(__dirname, '..', '..');

/**
 * Prints the most memory that is held while a file is read, in bytes. It collects garbage before each
 * measurement: on a busy machine, tens of MB may be waiting. A separate process has no other memory, and
 * reads several times as fast as Jest.
 */
const MEASURED_READ = `
  const { openSheet, readRows } = require('./dist/src/csv/read.js');
  (async () => {
    const file = process.argv[1];
    const sheet = await openSheet(file);
    const held = () => {
      gc();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = held();
    let [rows, most] = [0, 0];
    for await (const row of readRows(file, sheet)) {
      rows = row.number;
      if (rows % 10_000 === 0) most = Math.max(most, held() - before);
    }
    console.log(JSON.stringify({ rows, most }));
  })();
`;

const HEADER = 'S. No.,Product Name,Input Image Urls';

describe('any table written in any of the dialects', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !isControl(text));
  // Separators and opening brackets end a link if they are its last characters; inside a link they belong to it.
  const link = fc.webUrl({ withQueryParameters: true }).map((url) => url.replace(/[,;|'(]+$/, ''));
  const row = fc.tuple(cell, cell, fc.array(link, { minLength: 1, maxLength: 4 }), cell);

  const dialect = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t'),
    record_delimiter: fc.constantFrom('\n', '\r\n', '\r'),
    quoted: fc.boolean(),
    bom: fc.boolean(),
    separator: fc.constantFrom(',', ', ', ';', '|', ' ', '\n', ' | '),
    names: fc.record({
      serial: fc.constantFrom('S. No.', 'S.No', 'S.No.', 'Serial Number', 'SerialNumber', 's_no'),
      product: fc.constantFrom('Product Name', 'ProductName', 'product_name'),
      links: fc.constantFrom(
        'Input Image Urls',
        'Input Image URLs',
        'InputImageUrls',
        'Image URLs',
      ),
    }),
  });

  it('is read as the same cells and the same links', async () => {
    await fc.assert(
      fc.asyncProperty(
        dialect,
        fc.array(row, { minLength: 1, maxLength: 6 }),
        async (how, table) => {
          const columns = [how.names.serial, how.names.product, how.names.links, 'Extra'];
          const cells = table.map(([serial, product, links, extra]) => [
            serial,
            product,
            links.join(how.separator),
            extra,
          ]);
          const text = stringify([columns, ...cells], {
            delimiter: how.delimiter,
            record_delimiter: how.record_delimiter,
            quoted: how.quoted,
            // csv-stringify does not quote line ends that are not its own, nor a byte order mark.
            quoted_match: /[\r\n"\u{feff}]/u,
            bom: how.bom,
          });
          const { sheet, rows } = await read(text);
          expect(sheet).toMatchObject({ columns, link_columns: [2], delimiter: how.delimiter });
          expect(rows.map((one) => one.cells)).toEqual(cells);
          expect(rows.map((one) => one.links)).toEqual(table.map(([, , links]) => links));
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** NUL is refused as binary (see the test below); the end-of-text mark of DOS is not text. */
function isControl(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  return /[\x00\x1a]/.test(text);
}

describe('readRows(file, sheet)', () => {
  it('folds an unquoted list of links back into its cell', async () => {
    const { rows } = await read(
      `${HEADER}\n1,Shoe,http://a/1.jpg,http://a/2.jpg, http://a/3.jpg\n`,
    );
    expect(rows[0]?.cells).toEqual(['1', 'Shoe', 'http://a/1.jpg,http://a/2.jpg, http://a/3.jpg']);
    expect(rows[0]?.links).toEqual(['http://a/1.jpg', 'http://a/2.jpg', 'http://a/3.jpg']);
  });

  it('folds an unquoted list also where another column follows', async () => {
    const { rows } = await read(`${HEADER},Colour\n1,Shoe,http://a/1.jpg,http://a/2.jpg,red\n`);
    expect(rows[0]?.cells).toEqual(['1', 'Shoe', 'http://a/1.jpg,http://a/2.jpg', 'red']);
  });

  it('does not split an unquoted link that contains commas', async () => {
    const { rows } = await read(`${HEADER}\n1,Shoe,http://a/w_1,h_2/1.jpg\n`);
    expect(rows[0]?.links).toEqual(['http://a/w_1,h_2/1.jpg']);
  });

  it('folds an unquoted list where the cell of a further column is empty', async () => {
    const { rows } = await read(`${HEADER},Colour\n1,Shoe,http://a/1.jpg,http://a/2.jpg,\n`);
    expect(rows[0]?.cells).toEqual(['1', 'Shoe', 'http://a/1.jpg,http://a/2.jpg', '']);
  });

  it('folds links under blank names, with which spreadsheets pad a header', async () => {
    const { rows } = await read(
      `${HEADER},,,Colour\n1,Shoe,http://a/1.jpg,http://a/2.jpg,,red\n` +
        '2,Sock,http://a/3.jpg,,a note,blue\n3,Cap,http://a/4.jpg,w_1.jpg,http://a/5.jpg,\n',
    );
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['1', 'Shoe', 'http://a/1.jpg,http://a/2.jpg', '', '', 'red'],
      ['2', 'Sock', 'http://a/3.jpg', '', 'a note', 'blue'],
      ['3', 'Cap', 'http://a/4.jpg,w_1.jpg,http://a/5.jpg', '', '', ''],
    ]);
  });

  it('reads quoted cells with spaces before and after the quotes', async () => {
    const { sheet, rows } = await read(
      '"S. No.", "Product Name", "Input Image Urls"\n1, Mug, "http://a/1.jpg, http://a/2.jpg" \n',
    );
    expect(sheet.link_columns).toEqual([2]);
    expect(rows[0]?.links).toEqual(['http://a/1.jpg', 'http://a/2.jpg']);
  });

  it('refuses an endless row of empty cells', async () => {
    const row = `1,Mug,http://a/1.jpg${','.repeat(64 * 70_000)}`;
    await expect(read(`${HEADER}\n${row}\n`)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('received one of more than 4194304') as string,
    });
  });

  it('fails only the row that spans too many lines within quotes', async () => {
    const endless = `1,Mug,http://a/1.jpg${`${','.repeat(64)}"\n"`.repeat(16_000)}`;
    const { rows } = await read(`${HEADER}\n${endless}\n2,Table,http://a/2.jpg\n`);
    expect(rows[0]?.error).toMatchObject({ code: 'malformed_row' });
    expect(rows.at(-1)).toMatchObject({ cells: ['2', 'Table', 'http://a/2.jpg'], error: null });
  });

  it('skips the many empty rows that spreadsheets write', async () => {
    // Wide rows: their characters are limited, and their cells take time.
    const empty = `${' '.repeat(200)},,\n`.repeat(22_000);
    const { rows } = await read(`${HEADER}\n${empty}1,a,http://a/1.jpg\n`);
    expect(rows.map(({ number }) => number)).toEqual([1]);
  });

  it('drops empty surplus cells, and adds missing ones', async () => {
    const { rows } = await read(`${HEADER}\n1,Shoe,http://a/1.jpg,,,\n2,Sock\n`);
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['1', 'Shoe', 'http://a/1.jpg'],
      ['2', 'Sock', ''],
    ]);
  });

  it('skips lines that are empty or hold only delimiters, without counting them', async () => {
    const { rows } = await read(`${HEADER}\n\n1,a,http://a/1.jpg\n,,\n\n2,b,http://a/2.jpg\n`);
    expect(rows.map(({ number, cells }) => [number, cells[0]])).toEqual([
      [1, '1'],
      [2, '2'],
    ]);
  });

  it('reads a quote within an unquoted cell as text', async () => {
    const { rows } = await read(`${HEADER}\n1,5" screen,http://a/1.jpg\n`);
    expect(rows[0]?.cells[1]).toBe('5" screen');
  });

  it('reports a bad row beside good ones', async () => {
    const { rows } = await read(`${HEADER}\n1,a,\n2,b,see mail\n3,c,http://a/1.jpg\n`);
    expect(rows.map(({ error }) => error?.code ?? null)).toEqual([
      'no_links',
      'invalid_links',
      null,
    ]);
  });

  it('reads a large file without holding it in memory', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, 'large.csv');
      const line = `1,${'name '.repeat(100)},http://a/1.jpg\n`;
      await writeFile(file, `${HEADER}\n${line.repeat(60_000)}`);
      const { stdout } = await run(process.execPath, ['--expose-gc', '-e', MEASURED_READ, file], {
        cwd: ROOT,
      });
      const { rows, most } = JSON.parse(stdout) as { rows: number; most: number };
      expect(rows).toBe(60_000);
      // The file has 31 MB; held as strings and objects it would take 49 MB.
      expect(most).toBeLessThan(10 * 2 ** 20);
    });
  });
});

describe('a file in another encoding than UTF-8', () => {
  const text = `${HEADER}\n1,Café 5",http://a/1.jpg\n2,"Crème\nbrûlée",http://a/2.jpg\n`;
  const cells = [
    ['1', 'Café 5"', 'http://a/1.jpg'],
    ['2', 'Crème\nbrûlée', 'http://a/2.jpg'],
  ];
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');

  it.each([
    ['utf-8', true, Buffer.from(`\ufeff${text}`)],
    ['utf-16le', true, utf16],
    ['utf-16be', true, Buffer.from(utf16).swap16()],
    ['windows-1252', false, Buffer.from(text, 'latin1')],
  ])('is read in %s', async (encoding, hasMark, content) => {
    const { sheet, rows } = await read(content);
    expect(sheet).toMatchObject({ encoding, hasMark, hasOddQuotes: true });
    expect(rows.map((row) => row.cells)).toEqual(cells);
  });

  it('is not inspected again when it was while it was received', () =>
    withFile(utf16, async (file) => {
      const found = { ...(await inspectText(file)), mark: 'utf-16be' as const };
      // Read by these findings, which are wrong, the header is not found.
      await expect(openSheet(file, DEFAULT_SHEET_OPTIONS, found)).rejects.toMatchObject({
        faults: [{ loc: ['body', 'file', 'header'] }],
      });
    }));

  it('is read in the encoding that the upload names', async () => {
    const content = Buffer.from(`${HEADER}\n1,\x96\xbc\x8f\xac\x8e\x4d,http://a/1.jpg\n`, 'latin1');
    const { rows } = await read(content, 'shift_jis');
    expect(rows[0]?.cells[1]).toBe('名小皿');
  });
});

describe('a file that is not a CSV', () => {
  const refused = { code: 'not_csv', message: 'Only CSV files are supported' };

  it.each([
    ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a JPEG', Buffer.from('ffd8ffe000104a46494600', 'hex')],
    ['a PDF', '%PDF-1.7\n'],
    ['a ZIP, such as an Excel file', Buffer.from('504b0304140006000800', 'hex')],
    ['an old Excel file', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['a gzip file', Buffer.from('1f8b0808', 'hex')],
  ])('is refused: %s', async (_, content) => {
    await expect(read(content)).rejects.toMatchObject(refused);
  });

  it('is refused also when only a late part of it shows that', async () => {
    const text = `${HEADER}\n${'1,a,http://a/1.jpg\n'.repeat(10_000)}2,\0,http://a/2.jpg\n`;
    await expect(read(text)).rejects.toMatchObject(refused);
  });
});

describe('a file or row that cannot be read', () => {
  it('UTF-16 with half a character is refused, and the message says how to save the file', async () => {
    const content = Buffer.from(`\ufeff${HEADER}\n1,a\ud800b,http://a/1.jpg\n`, 'utf16le');
    await expect(read(content)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(
        /^Expected text in utf-16le, .*save the sheet as "CSV UTF-8"/,
      ) as string,
    });
  });

  it('a header without a column of links is refused, naming the columns and the one with links', async () => {
    await expect(read('Id,Link\n1,http://a/1.jpg\n')).rejects.toMatchObject({
      code: 'invalid',
      message:
        'Expected a column of links such as "Input Image Urls", received "Id", "Link"; ' +
        'name the columns that hold links in the field link_columns: "Link" appears to',
    });
  });

  it('a row of more than a megabyte fails without others', async () => {
    const long = `1,"${'x'.repeat(1_100_000)}",http://a/1.jpg`;
    const { rows } = await read(`${HEADER}\n${long}\n2,Cup,http://a/2.jpg\n`);
    expect(rows.map(({ number, error }) => [number, error])).toEqual([
      [
        1,
        {
          code: 'malformed_row',
          message: 'Expected a row of at most 1048576 characters, received 1100019; shorten it',
        },
      ],
      [2, null],
    ]);
  });

  it('an empty file is refused', async () => {
    await expect(read('')).rejects.toMatchObject({
      code: 'invalid',
      message: 'Expected a header and rows, received an empty file',
    });
  });

  it.each([
    ['in the first line', ''],
    ['below a title', 'Products\n'],
  ])('a header of more than 262,144 characters is refused: %s', async (_, title) => {
    const long = `${HEADER},"${'x'.repeat(400_000)}",Notes`;
    await expect(read(`${title}${long}\n1,Mug,http://a/1.jpg,,\n`)).rejects.toMatchObject({
      code: 'invalid',
      message:
        'Expected a header line of at most 262144 characters, received a longer one; ' +
        'check that the file has line breaks',
    });
  });

  it('more than a thousand columns are refused', async () => {
    const columns = [HEADER, ...Array.from({ length: 1_000 }, (_, index) => `c${index}`)];
    await expect(read(`${columns.join(',')}\n`)).rejects.toMatchObject({ code: 'invalid' });
  });
});
