import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_SHEET_OPTIONS, type SheetOptions } from '../../contract/sheets';
import { Refusal } from '../../contract/refusal';
import { previewSheet, type SheetPreview } from '../../sheet/preview';
import type { SheetRow } from '../../sheet/rows';
import { readEncoding } from '../../sheet/encoding';
import { createDecoder } from '../../src/csv/decoder';
import { openSheet, readRows } from '../../src/csv/read';
import { validateSheet } from '../../src/requests/validateSheet';
import { withFile } from '../support/temporaryFile';

const ROOT = path.join(__dirname, '..', '..');
const FILES = ['samples', 'samples/exports', 'test/cases/csv'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith('.csv'))
    .map((name) => `${folder}/${name}`),
);

const HEAD = 256 * 1024;

function preview(content: string | Uint8Array, options: Partial<SheetOptions> = {}): SheetPreview {
  const bytes = Buffer.from(content as string);
  const { link_columns, base_url, encoding } = { ...DEFAULT_SHEET_OPTIONS, ...options };
  return previewSheet(bytes.subarray(0, HEAD), {
    fileSize: bytes.length,
    linkColumns: link_columns ?? undefined,
    baseUrl: base_url ?? undefined,
    encoding,
  });
}

function refusalIn(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/** Reads a file as the server does, into the shape of a preview. */
async function readByServer(content: string | Uint8Array, given: Partial<SheetOptions> = {}) {
  const options = {
    ...DEFAULT_SHEET_OPTIONS,
    ...given,
    encoding: readEncoding(given.encoding ?? 'auto'),
  };
  return withFile(content, async (file) => {
    const outcome = await validateSheet(file, { ...options, strict: false, maxImages: 1e6 }).catch(
      refusalIn,
    );
    const refusal = outcome instanceof Refusal ? { message: outcome.message } : null;
    try {
      const sheet = await openSheet(file, options);
      const rows: SheetRow[] = [];
      for await (const row of readRows(file, sheet)) rows.push(row);
      return {
        encoding: sheet.encoding,
        delimiter: sheet.delimiter,
        columns: sheet.columns,
        linkColumns: sheet.link_columns.map((column) => sheet.columns[column]),
        rows: rows.slice(0, 20).map(({ number, cells, links, error }) => ({
          number,
          cells,
          links: links.map((url) => ({ url })),
          errors: error === null ? [] : [error],
        })),
        estimatedRows: rows.length,
        ...(outcome instanceof Refusal ? {} : { warnings: outcome.warnings }),
        refusal,
      };
    } catch (error) {
      refusalIn(error);
      return { rows: [], linkColumns: [], refusal };
    }
  });
}

const BASE = { base_url: 'https://shop.example/media' };

describe('a preview of a whole file', () => {
  it.each(FILES)('reads %s as the server does', async (name) => {
    const content = readFileSync(path.join(ROOT, name));
    expect(preview(content)).toMatchObject(await readByServer(content));
    expect(preview(content, BASE)).toMatchObject(await readByServer(content, BASE));
  });

  const text = (content: string) => `S. No.;Product Name;Image\n1;${content};http://a/1.jpg\n`;

  it.each<[string, Uint8Array, Partial<SheetOptions>]>([
    ['Windows-1252', Buffer.from(text('Stuhl \x84gro\xdf\x93 \x80 5'), 'latin1'), {}],
    ['UTF-16 with a mark', Buffer.from(`\ufeff${text('Größe')}`, 'utf16le'), {}],
    ['UTF-16 without a mark', Buffer.from(text('Größe'), 'utf16le'), {}],
    ['a named encoding', Buffer.from(text('\xcf\xf0\xe8'), 'latin1'), { encoding: 'cp1251' }],
    [
      'bytes that are not of the encoding',
      Buffer.from(text('\xe9'), 'latin1'),
      { encoding: 'utf8' },
    ],
    ['NUL', Buffer.from(text('a\0b')), {}],
    ['NUL in UTF-16', Buffer.from(`\ufeff${text('a\0b')}`, 'utf16le'), {}],
    ['a picture', Buffer.from('89504e470d0a1a0a0000', 'hex'), {}],
    ['nothing', Buffer.of(), {}],
    ['a header only', Buffer.from('Name,Image\n'), {}],
    ['no link', Buffer.from('Handle,Image Src\nmug,\n'), {}],
    ['no known column', Buffer.from('Name,Photo\nMug,http://a/1.jpg\n'), {}],
    ['named columns', Buffer.from('Name,Photo\nMug,http://a/1.jpg\n'), { link_columns: ['photo'] }],
    ['a missing column', Buffer.from(text('a')), { link_columns: ['Picture'] }],
    ['an odd quote', Buffer.from('Name,Image\n"Mug,http://a/1.jpg\nCup,http://a/2.jpg\n'), {}],
    ['a quoted break', Buffer.from('Name,Image\n"Mug\nred",http://a/1.jpg\n'), {}],
  ])('agrees with the server about %s', async (_, content, options) => {
    expect(preview(content, options)).toMatchObject(await readByServer(content, options));
  });

  it('refuses an encoding that only browsers know', () => {
    const message = expect.stringContaining('received "x-user-defined"') as string;
    expect(preview(text('a'), { encoding: 'x-user-defined' }).refusal).toMatchObject({ message });
  });

  it('decodes every byte of Windows-1252 as the server does', () => {
    const others = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
    const bytes = Buffer.from(Array.from({ length: 128 }, (_, index) => 128 + index));
    const content = Buffer.concat([Buffer.from('Name,Image\n'), bytes, Buffer.from(',\n')]);
    const { rows, encoding } = preview(content, { encoding: 'windows-1252' });
    expect(encoding).toBe('windows-1252');
    expect(rows[0]?.cells[0]).toBe(createDecoder('windows-1252').write(bytes));
    expect(preview(Buffer.of(...others)).refusal?.message).toContain('bytes that are neither');
  });
});

describe('a preview of the beginning of a file', () => {
  // A cut file is taken to have correct quotes.
  const complete = FILES.filter((name) => {
    const { encoding, refusal } = preview(readFileSync(path.join(ROOT, name)));
    const quotes = readFileSync(path.join(ROOT, name), 'latin1').split('"').length - 1;
    return refusal === null && encoding === 'utf-8' && quotes % 2 === 0;
  });

  it('has the first rows of the whole file, wherever it is cut', () => {
    expect(complete.length).toBeGreaterThan(40);
    let compared = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...complete),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (name, at) => {
          const content = readFileSync(path.join(ROOT, name));
          const whole = preview(content);
          const end = Math.floor(content.length * at);
          const { rows, ...cut } = previewSheet(content.subarray(0, end), {
            fileSize: content.length,
          });
          // The header is cut.
          if (cut.refusal !== null) return;
          compared += rows.length;
          expect(cut.linkColumns).toEqual(whole.linkColumns);
          expect(cut.delimiter).toBe(whole.delimiter);
          expect(rows).toEqual(whole.rows.slice(0, rows.length));
        },
      ),
      { numRuns: 1_000 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  const header = 'Name,Image\n';
  const row = 'Größe "42","\nhttp://a/1.jpg"\n';
  const many = Buffer.from(
    header + `"${row.replaceAll('"42"', '42').replace(',', '",')}`.repeat(30_000),
  );

  it('leaves out the record that is cut, and estimates the number of rows', () => {
    const { rows, estimatedRows, encoding, refusal } = preview(many);
    expect(refusal).toBeNull();
    expect(encoding).toBe('utf-8');
    expect(rows).toHaveLength(20);
    for (const { cells, links } of rows) {
      expect(cells).toEqual(['Größe 42', '\nhttp://a/1.jpg']);
      expect(links).toEqual([{ url: 'http://a/1.jpg' }]);
    }
    expect(Math.abs(estimatedRows - 30_000)).toBeLessThan(30);
  });

  it.each([1, 2, 3, 4, 5, 6])('may end within a character: %d bytes', (bytes) => {
    const end = Buffer.byteLength(`${header}"Gr`) + bytes;
    const cut = previewSheet(many.subarray(0, end), { fileSize: many.length });
    expect(cut).toMatchObject({ encoding: 'utf-8', rows: [], refusal: null });
  });

  it('refuses no rows that may follow', () => {
    const head = Buffer.from('Handle,Image Src\nmug,\n');
    const options = { fileSize: 1_000_000 };
    expect(previewSheet(head, options)).toMatchObject({ rows: [{ number: 1 }], refusal: null });
    expect(previewSheet(head.subarray(0, 18), options)).toMatchObject({ rows: [], refusal: null });
  });
});

describe('the bad rows of a preview', () => {
  const rows = (count: number, cell: (number: number) => string) =>
    `Name,Image\n${Array.from({ length: count }, (_, index) => `Mug,${cell(index + 1)}\n`).join('')}`;

  it('are those that the service reports, also behind the first rows', () => {
    const content = rows(50, (number) => (number % 10 === 0 ? 'none' : `http://a/${number}.jpg`));
    const { badRows, readRows, rows: shown, laterBadRows, refusal } = preview(content);
    expect({ badRows, readRows, refusal }).toEqual({ badRows: 5, readRows: 50, refusal: null });
    const message = expect.stringContaining('Expected links that begin with http') as string;
    expect(shown[9]?.errors).toEqual([{ code: 'invalid_links', message }]);
    expect(laterBadRows.map(({ number }) => number)).toEqual([30, 40, 50]);
  });

  it('are listed up to twenty behind the first rows', () => {
    const { badRows, laterBadRows } = preview(rows(100, () => 'none'));
    expect([badRows, laterBadRows.length]).toEqual([100, 20]);
  });

  it('refuse a file that must have none, also when only its head is read', () => {
    const content = Buffer.from(rows(3, (number) => (number === 2 ? '' : 'http://a/1.jpg')));
    const message = 'The file has rows that cannot be used';
    const fault = { loc: ['body', 'file', 'row 2'], type: 'no_links' };
    for (const fileSize of [content.length, 1_000_000]) {
      const { refusal } = previewSheet(content, { fileSize, strict: true });
      expect(refusal).toMatchObject({ message, faults: [fault] });
    }
  });

  it('are found by the rules of strict, which takes every text for a fault', () => {
    const content = Buffer.from('Name,Image\nMug,"http://a/1.jpg, mug.jpg"\n');
    const badRowsOf = (strict: boolean) =>
      previewSheet(content, { fileSize: content.length, strict }).badRows;
    expect([badRowsOf(false), badRowsOf(true)]).toEqual([0, 1]);
  });
});

describe('the number of links of a preview', () => {
  it('is exact for a whole file, and estimated for its head', () => {
    const content = Buffer.from(
      `Name,Image\n${'Mug,"http://a/1.jpg, http://a/2.jpg"\n'.repeat(1_000)}`,
    );
    expect(preview(content)).toMatchObject({ estimatedRows: 1_000, estimatedLinks: 2_000 });
    const head = content.subarray(0, 10_000);
    const { estimatedRows, estimatedLinks } = previewSheet(head, { fileSize: content.length });
    expect(Math.abs(estimatedLinks - 2_000)).toBeLessThan(20);
    expect(Math.abs(estimatedRows - 1_000)).toBeLessThan(10);
  });
});

describe('the columns of a preview', () => {
  it('are those of the likely header when none has links', () => {
    expect(preview('Products\nName;Photo\nMug;http://a/1.jpg\n')).toMatchObject({
      columns: ['Name', 'Photo'],
      delimiter: ';',
      linkColumns: [],
      refusal: { message: expect.stringContaining('"Photo" appears to') as string },
    });
  });

  it.each([
    ['akeneo', 'Akeneo'],
    ['google-merchant', 'Google Merchant, Meta catalogue'],
    ['matrixify', 'Matrixify'],
    ['shopify', 'Shopify'],
    ['shopify-legacy', 'Shopify'],
    ['wix', 'Wix'],
    ['woocommerce', 'WooCommerce'],
  ])('show the platform of an export: %s', (name, platform) => {
    const content = readFileSync(path.join(ROOT, 'samples', 'exports', `${name}.csv`));
    expect(preview(content, BASE).platform).toBe(platform);
  });

  it('show no platform for the own format', () => {
    const content = readFileSync(path.join(ROOT, 'samples', 'products.csv'));
    expect(preview(content)).not.toHaveProperty('platform');
  });
});
