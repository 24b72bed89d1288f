import { readdirSync } from 'node:fs';
import path from 'node:path';
import { openSheet, readRows } from '../../../src/csv/read';
import type { SheetRow } from '../../../sheet/rows';
import { readSheet, relinked } from '../../../src/dev/demo/sheet';

const folder = path.join(__dirname, '..', '..', '..', 'samples');

async function rowsOf(name: string): Promise<SheetRow[]> {
  const file = path.join(folder, name);
  const rows = [];
  for await (const row of readRows(file, await openSheet(file))) rows.push(row);
  return rows;
}
const linksOf = async (name: string) => (await rowsOf(name)).map(({ links }) => links.length);
const errorsOf = async (name: string) =>
  (await rowsOf(name)).map(({ error }) => error?.code ?? null);

describe('samples/products.csv', () => {
  it('links to at least 40 available pictures, and to every kind of failure', async () => {
    const links = (await rowsOf('products.csv')).flatMap((row) => row.links);
    const distinct = [...new Set(links)];
    const trouble = distinct.filter((link) => /-(missing|corrupt)\./.test(link));
    expect(distinct.length - trouble.length).toBeGreaterThanOrEqual(40);
    expect(links.length).toBe(distinct.length + 1);
    for (const kind of ['-missing.jpg', '-corrupt.jpg', '-flaky.jpg', '-rotated.jpg']) {
      expect(distinct.filter((link) => link.endsWith(kind))).toHaveLength(1);
    }
    for (const kind of ['.png', '.webp']) {
      expect(distinct.filter((link) => link.endsWith(kind)).length).toBeGreaterThan(3);
    }
  });

  it('has links that resolve only after the demo inserts its own origin', async () => {
    const { csv } = await readSheet(path.join(folder, 'products.csv'));
    const text = relinked(csv, 'http://127.0.0.1:1').toString();
    expect(text).not.toContain('demo.invalid');
    expect(text.match(/http:\/\/127\.0\.0\.1:1\/pictures\//g)).toHaveLength(45);
  });
});

describe('readSheet', () => {
  it('reports a missing file', async () => {
    await expect(readSheet('/nowhere/products.csv')).rejects.toThrow(
      /^Expected a CSV file to upload, received .*ENOENT.*\/nowhere\/products.csv/,
    );
  });
});

describe('the samples of dialects', () => {
  it('separate their cells by semicolons', async () => {
    expect(await linksOf('semicolon.csv')).toEqual([2, 1, 2]);
  });

  it('separate their cells by tabs and keep their other columns', async () => {
    const [first] = await rowsOf('tab.csv');
    expect(first?.cells[0]).toBe('P001');
    expect(first?.cells[3]).toBe('white');
    expect(await linksOf('tab.csv')).toEqual([2, 1]);
  });

  it('have a byte order mark, CRLF and a list over two lines', async () => {
    const rows = await rowsOf('bom-crlf.csv');
    expect(rows.map(({ cells }) => cells[1])).toEqual(['Küchenmesser', '茶杯']);
    expect(rows.map(({ links }) => links.length)).toEqual([1, 2]);
  });

  it('do not quote their lists', async () => {
    expect(await linksOf('unquoted.csv')).toEqual([3, 1, 1]);
  });

  it('have rows without a usable link', async () => {
    expect(await errorsOf('bad-rows.csv')).toEqual([
      null,
      'no_links',
      'invalid_links',
      'invalid_links',
      null,
    ]);
  });

  it('are all described in samples/README.md, and tested here', () => {
    expect(readdirSync(folder).sort()).toEqual([
      'README.md',
      'bad-rows.csv',
      'bom-crlf.csv',
      'exports',
      'products.csv',
      'semicolon.csv',
      'tab.csv',
      'unquoted.csv',
    ]);
  });
});
