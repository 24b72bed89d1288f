import { DEFAULT_SHEET_OPTIONS, type SheetOptions } from '../../contract/sheets';
import { openSheet, readRows } from '../../src/csv/read';
import { withFile } from '../support/temporaryFile';

/** Sheets in which something looks like what it is not. Each was once read wrongly. */

type Options = Partial<SheetOptions>;

/** Returns the header, and for each row its links, or the code of its error. */
async function read(text: string, options: Options = {}) {
  return withFile(text, async (file) => {
    const sheet = await openSheet(file, { ...DEFAULT_SHEET_OPTIONS, ...options });
    const rows: (readonly string[] | string)[] = [];
    for await (const { links, error } of readRows(file, sheet)) rows.push(error?.code ?? links);
    return { columns: sheet.columns.join(), rows };
  });
}

const A = 'https://x.example/a.jpg';
const B = 'https://x.example/b.jpg';
const C = 'https://x.example/c.jpg';
const PAGE = 'https://shop.example/p/1';

describe('a quoted cell over several lines', () => {
  it.each([
    ['before a link in a further column', `SKU,Image,Text,Page\n1,${A},"Nice.\nSafe.",${PAGE}\n`],
    [
      'with commas, before a link in a further column',
      `id,title,image_link,description,link\n1,Mug,${A},"Nice, red.\nSafe, really.",${PAGE}\n`,
    ],
    [
      'with links of its own',
      `id,Image,Text\n1,${A},"Files:\nManual, ${PAGE}.pdf\nSheet, ${PAGE}.pdf"\n`,
    ],
    [
      'in a result of ours',
      `SKU,Image,Text,Output Image Urls\n1,${A},"Nice.\nSafe.",http://h/1.jpg\n`,
    ],
  ])('is one cell %s', async (_, text) => {
    expect((await read(text)).rows).toEqual([[A]]);
  });

  it('may list links with a text before each', async () => {
    const labels = `Name,Image,Video\nmug,"front, ${A}\nback, ${B}",https://y.example/v\n`;
    expect((await read(labels)).rows).toEqual([[A, B]]);
    expect((await read(`Name,Image\nmug,"- ${A}\n- ${B}"\n`)).rows).toEqual([[A, B]]);
  });

  it('may hold names of files beside relative links', async () => {
    const options = { base_url: 'https://b.example/' };
    const text = 'Handle,Text,Image Src,Title\na,"Files:\nmug, cup, front.jpg\nend",m/x.jpg,T\n';
    expect((await read(text, options)).rows).toEqual([['https://b.example/m/x.jpg']]);
    const failed =
      'Name,Image,Errors\ncap,"/a.jpg,/b.jpg",' +
      '"1. not_found: Expected it, received HTTP 404 (https://b.example/a.jpg)\n' +
      '2. not_found: Expected it, received HTTP 404 (https://b.example/b.jpg)"\n';
    const links = ['https://b.example/a.jpg', 'https://b.example/b.jpg'];
    expect((await read(failed, options)).rows).toEqual([links]);
  });
});

describe('a row with all its cells', () => {
  it.each([
    ['a link in a text', `Name,Text,Images\nmug,"See, ${PAGE}","${A};${B};${C}"\n`],
    ['links between tabs', `id,Text,Image\n1,"Seen at, www.x.example",${A}\t${B}\t${C}\n`],
    ['our output links', `Name;Image;Output Image Urls\nmug;"${A},${B},${C}";"${A},${B},${C}"\n`],
    ['a list of as many', `Name,Images,Output Image Urls\nmug,"${A};${B};${C}","${A},${B},${C}"\n`],
  ])('is not read with another delimiter because of %s', async (_, text) => {
    expect((await read(text)).rows).toEqual([[A, B, C]]);
  });
});

describe('the line below a header', () => {
  it.each<[string, Options]>([
    [`Name,Image\nMug,Image\nPan,${A}\n`, {}],
    [`sku,name,image\ntext,text,image\nm,${A},${A}\n`, {}],
    [`Type,SKU,Name,Images\nsimple,ABC,Mug,image\nsimple,ABD,Cup,${A}\n`, {}],
    [`Title,Photo\nMug,photo\nCup,${A}\n`, { link_columns: ['Photo'] }],
  ])('is a row if it has the name of a picture as its link: %j', async (text, options) => {
    const { columns, rows } = await read(text, options);
    expect(columns).toBe(text.split('\n')[0]);
    expect(rows).toEqual(['invalid_links', expect.arrayContaining([A])]);
  });

  it.each([
    [`Images;;\nSKU;Name;Image\nm;mug;${A}\n`, 'SKU,Name,Image'],
    [`Images\nSKU,Name,Image\nm,mug,${A}\n`, 'SKU,Name,Image'],
    [`Product,Image\nSKU,Name,Image\nm,mug,${A}\n`, 'SKU,Name,Image'],
    [`Product Images,,\nImages,,\nSKU,Name,Image URL\n1,Mug,${A}\n`, 'SKU,Name,Image URL'],
    [`SKU,Image 1,Notes\nsku,notes,image_1\n1,,${A}\n`, 'sku,notes,image_1'],
  ])('is the header below a title or labels: %j', async (text, header) => {
    const { columns, rows } = await read(text);
    expect(columns).toBe(header);
    expect(rows).toEqual([[A]]);
  });
});

describe('a cell of links', () => {
  it.each([
    ['a picture in SVG', 'data:image/svg+xml;utf8,<svg xmlns=""http://www.w3.org/2000/svg""/>', 1],
    ['quotes that a database has escaped', `\\""${A}\\"" \\""${B}\\""`, [A, B]],
    ['HTML in entities', `&lt;img src=&quot;${A}&quot;&gt;`, [A]],
    [
      'an escaped invisible character',
      '[""https://x.example/\\u0000.jpg""]',
      ['https://x.example/\\u0000.jpg'],
    ],
  ])('may hold %s', async (_, cell, expected) => {
    const [links = []] = (await read(`Name,Image\nmug,"${cell}"\n`)).rows;
    if (typeof expected === 'number') expect(links).toHaveLength(expected);
    else expect(links).toEqual(expected);
  });

  it('is blank with no_selection, in an export of Magento', async () => {
    const text = `sku,base_image,small_image\nm,no_selection,no_selection\nn,${A},no_selection\n`;
    expect((await read(text)).rows).toEqual([[], [A]]);
  });
});

describe("the ' before a formula", () => {
  const cellsOf = (text: string, options: Options) =>
    withFile(text, async (file) => {
      const cells: (readonly string[])[] = [];
      const sheet = await openSheet(file, { ...DEFAULT_SHEET_OPTIONS, ...options });
      for await (const row of readRows(file, sheet)) cells.push(row.cells);
      return cells[0];
    });

  it('is removed in failed rows, and stays with output=replace, where none was put', async () => {
    const text = `Name,Image,Errors\n'=A1,${A},\n`;
    expect(await cellsOf(text, {})).toEqual(['=A1', A, '']);
    expect(await cellsOf(text, { output: 'replace' })).toEqual(["'=A1", A, '']);
  });

  it('is removed from names of columns as well', async () => {
    const text = `'@image,Name,Errors\n${A},Mug,\n`;
    expect(await read(text, { link_columns: ['@image'] })).toEqual({
      columns: '@image,Name,Errors',
      rows: [[A]],
    });
  });
});
