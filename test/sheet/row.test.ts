import { DEFAULT_SHEET_OPTIONS, type SheetOptions } from '../../contract/sheets';
import { openSheet, readRows } from '../../src/csv/read';
import type { SheetRow } from '../../sheet/rows';
import { strictErrorOf } from '../../sheet/row';
import { createWarnings } from '../../sheet/warnings';
import { sheet } from '../support/calls';
import { measured } from '../support/effort';
import { withFile } from '../support/temporaryFile';

const HEADER = 'S. No.,Product Name,Input Image Urls';

async function read(
  content: string,
  options: Partial<SheetOptions> = {},
): Promise<{ rows: SheetRow[]; warnings: string[] }> {
  return withFile(content, async (file) => {
    const sheet = await openSheet(file, { ...DEFAULT_SHEET_OPTIONS, ...options });
    const warnings = createWarnings(sheet);
    const rows: SheetRow[] = [];
    for await (const row of readRows(file, sheet)) {
      rows.push(row);
      warnings.add(row);
    }
    return { rows, warnings: warnings.list() };
  });
}

/** Returns the product and the links of each row, or the code of its error. */
async function productsOf(content: string) {
  const { rows } = await read(content);
  return rows.map(({ cells, links, error }) => [cells[1], error?.code ?? links.join(' ')]);
}

describe('a quote that is opened and never closed', () => {
  it('fails only its own row, where the next quote would join it with others', async () => {
    const sheet =
      `${HEADER}\n1,Mug,http://a/1.jpg\n2,"Large mug,http://a/2.jpg\n3,Table,http://a/3.jpg\n` +
      '4,"Lamp",http://a/4.jpg\n5,Vase,http://a/5.jpg\n';
    expect(await productsOf(sheet)).toEqual([
      ['Mug', 'http://a/1.jpg'],
      ['"Large mug', 'malformed_row'],
      ['Table', 'http://a/3.jpg'],
      ['Lamp', 'http://a/4.jpg'],
      ['Vase', 'http://a/5.jpg'],
    ]);
  });

  it('fails only its own row, where a second quote seems to close it', async () => {
    const sheet = `${HEADER}\n1,"Large mug,http://a/1.jpg\n2,Table,http://a/2.jpg\n3,Lamp",http://a/3.jpg\n`;
    expect(await productsOf(sheet)).toEqual([
      ['"Large mug', 'malformed_row'],
      ['Table', 'http://a/2.jpg'],
      ['Lamp"', 'http://a/3.jpg'],
    ]);
  });

  it('fails only its own row at the end of the file, and in the last cell', async () => {
    expect(await productsOf(`${HEADER}\n1,Mug,http://a/1.jpg\n2,"Cup,http://a/2.jpg`)).toEqual([
      ['Mug', 'http://a/1.jpg'],
      ['"Cup', 'malformed_row'],
    ]);
    expect(await productsOf(`${HEADER}\n1,Mug,"http://a/1.jpg\n2,Cup,http://a/2.jpg\n`)).toEqual([
      ['Mug', 'malformed_row'],
      ['Cup', 'http://a/2.jpg'],
    ]);
  });

  it('is reported with its text, and fails no other row of a long file', async () => {
    const others = '2,Table,http://a/2.jpg\n'.repeat(100_000);
    const { rows } = await read(`${HEADER}\n1,"Mug,http://a/1.jpg\n${others}`);
    expect(rows[0]).toMatchObject({
      number: 1,
      cells: ['1', '"Mug', 'http://a/1.jpg'],
      error: {
        code: 'malformed_row',
        message:
          'Expected 3 cells with each quote closed, received "\\"Mug,http://a/1.jpg"; ' +
          'close the quote, or remove it',
      },
    });
    expect(rows.filter(({ error }) => error === null)).toHaveLength(100_000);
  });

  it('in the header fails no row, if the first line names the columns', async () => {
    const sheet = 'S. No.,Product Name,"Input Image Urls\n1,Mug,http://a/1.jpg\n';
    expect(await productsOf(sheet)).toEqual([['Mug', 'http://a/1.jpg']]);
  });
});

describe('a quote that is never closed, and another that seems to close it', () => {
  const row1 = ['"Mug', 'malformed_row'];

  it.each([
    [
      'an inch mark in the next row',
      '1,"Mug,http://a/1.jpg\n2,Screen 24",http://a/2.jpg\n',
      [row1, ['Screen 24"', 'http://a/2.jpg']],
    ],
    [
      'in the links',
      '1,Mug,"http://a/1.jpg\n2,Screen 24",http://a/2.jpg\n',
      [
        ['Mug', 'malformed_row'],
        ['Screen 24"', 'http://a/2.jpg'],
      ],
    ],
    [
      'at the end of the next row',
      '1,Mug,"http://a/1.jpg\n2,Table,http://a/2.jpg"\n',
      [
        ['Mug', 'malformed_row'],
        ['Table', 'http://a/2.jpg'],
      ],
    ],
    [
      'ditto marks',
      '1,",http://a/1.jpg\n2,",http://a/2.jpg\n3,Cup,http://a/3.jpg\n',
      [
        ['"', 'malformed_row'],
        ['"', 'malformed_row'],
        ['Cup', 'http://a/3.jpg'],
      ],
    ],
    [
      'a row with another delimiter in between',
      '1,"Mug,http://a/1.jpg\n2;Table;http://a/2.jpg\n3,Cup 3",http://a/3.jpg\n',
      [row1, ['Table', 'http://a/2.jpg'], ['Cup 3"', 'http://a/3.jpg']],
    ],
  ])('joins no rows: %s', async (_, rows, products) => {
    expect(await productsOf(`${HEADER}\n${rows}`)).toEqual(products);
  });

  it('joins no rows that are shorter than the header', async () => {
    const sheet =
      `${HEADER},Note,\n1,Mug,"http://a/1.jpg\n2,Table,http://a/2.jpg\n3,Lamp,http://a/3.jpg"\n` +
      '4,Cup,"http://a/4.jpg\n5,Screen 24",http://a/5.jpg\n';
    expect(await productsOf(sheet)).toEqual([
      ['Mug', 'malformed_row'],
      ['Table', 'http://a/2.jpg'],
      ['Lamp', 'malformed_row'],
      ['Cup', 'malformed_row'],
      ['Screen 24"', 'malformed_row'],
    ]);
  });

  it('in the header joins no row to the header', async () => {
    const sheet = `${HEADER},"Size\n1,Mug,http://a/1.jpg,24"\n2,Cup,http://a/2.jpg,S\n`;
    expect(await productsOf(sheet)).toEqual([
      ['Mug', 'http://a/1.jpg'],
      ['Cup', 'http://a/2.jpg'],
    ]);
  });

  it('fails its row wherever the file is cut into chunks', async () => {
    const damaged = '1,Mug,http://a/1.jpg,"red\n2,"\nCup",http://a/2.jpg,blue\n';
    for (let length = 65_440; length < 65_530; length += 7) {
      const filler = `0,${'x'.repeat(200)},http://a/0.jpg,\n`;
      const many = Math.floor((length - 60) / filler.length);
      const rest = 'x'.repeat(length - many * filler.length - 60);
      const sheet = `${HEADER},Colour\n${filler.repeat(many)}0,${rest},http://a/0.jpg,\n${damaged}`;
      expect((await productsOf(sheet)).slice(-3)).toEqual([
        ['Mug', 'malformed_row'],
        ['"', 'malformed_row'],
        ['http://a/2.jpg', 'malformed_row'],
      ]);
    }
  });
});

describe('line breaks within quotes', () => {
  it('are text in any cell', async () => {
    const sheet = `${HEADER},Note\n1,"Blue\nmug, large","http://a/1.jpg\nhttp://a/2.jpg","\n\n,"\n`;
    const { rows } = await read(sheet);
    expect(rows[0]).toMatchObject({
      cells: ['1', 'Blue\nmug, large', 'http://a/1.jpg\nhttp://a/2.jpg', '\n\n,'],
      links: ['http://a/1.jpg', 'http://a/2.jpg'],
    });
  });

  it('are text over many chunks of the file', async () => {
    const note = 'a line, with a comma\n'.repeat(20_000);
    const { rows } = await read(`${HEADER}\n1,"${note}",http://a/1.jpg\n2,Cup,http://a/2.jpg\n`);
    expect(rows.map(({ cells, links }) => [cells[1], links[0]])).toEqual([
      [note, 'http://a/1.jpg'],
      ['Cup', 'http://a/2.jpg'],
    ]);
  });

  it('fail only their row after more than a million characters', async () => {
    const note = 'a line, with a comma\n'.repeat(60_000);
    const { rows } = await read(`${HEADER}\n1,"${note}",http://a/1.jpg\n2,Cup,http://a/2.jpg\n`);
    expect(rows[0]?.error).toMatchObject({ code: 'malformed_row' });
    expect(rows.at(-1)).toMatchObject({ cells: ['2', 'Cup', 'http://a/2.jpg'], error: null });
  });
});

describe('a cell that is crafted to be slow to read', () => {
  it.each([
    ['blank lines', '\n'],
    ['lines of text', 'a line, with a comma\n'],
    ['quotes', '""\n'],
    ['links', 'http://a/1.jpg, b, http://a/2.jpg\n'],
  ])('is read in time proportional to its length: %s', async (_, piece) => {
    for (const odd of ['', '5" screen,,\n']) {
      const note = piece.repeat(Math.floor(900_000 / piece.length));
      const { effort } = await measured(() =>
        read(`${HEADER},Note\n1,Mug,http://a/1.jpg,"${note}"\n${odd}`),
      );
      expect(effort).toBeLessThan(200);
    }
  });
});

describe('a quote in the middle of a cell', () => {
  it.each([
    ['an inch mark', '5" screen', '5" screen'],
    ['an inch mark within quotes', '"Screen 24" wide"', 'Screen 24" wide'],
    ['an inch mark and a comma within quotes', '"24" Screen, black"', '24" Screen, black'],
    ['a backslash escape', '"Screen 24\\" wide"', 'Screen 24\\" wide'],
    ['backslash escapes and a comma', '"Mug, \\"Blue\\" edition"', 'Mug, \\"Blue\\" edition'],
    ['a quoted word at the beginning', '"Vintage" mug', '"Vintage" mug'],
    ['blanks around quotes', ' "Blue, mug" ', 'Blue, mug'],
    ['a quoted word after a blank', ' Mug "blue" ', ' Mug "blue" '],
  ])('is text: %s', async (_, product, text) => {
    expect(await productsOf(`${HEADER}\n1,${product},http://a/1.jpg\n`)).toEqual([
      [text, 'http://a/1.jpg'],
    ]);
  });

  it("fails its row if the line does not have the header's number of cells", async () => {
    expect(await productsOf(`${HEADER}\n1,Lamp, tall",http://a/1.jpg\n`)).toEqual([
      ['Lamp', 'malformed_row'],
    ]);
  });
});

describe('an unquoted list of links', () => {
  it('absorbs no text that is not part of it', async () => {
    const sheet = `${HEADER},Price\n1,Mug,http://a/p/7,9,90\n2,Cup,http://a/i?id=1,12,50\n`;
    const { rows } = await read(sheet);
    expect(rows.map(({ links, error }) => [links, error?.message])).toEqual([
      [[], 'Expected 4 cells, received 5; quote cells that hold the delimiter'],
      [[], 'Expected 4 cells, received 5; quote cells that hold the delimiter'],
    ]);
  });

  it('includes the rest of a link that contains commas', async () => {
    const { rows } = await read(
      `${HEADER}\n1,Mug,http://a/w_1,h_2,c_fit/1.jpg,http://a/2.jpg,3.jpg\n`,
    );
    expect(rows[0]?.links).toEqual(['http://a/w_1,h_2,c_fit/1.jpg', 'http://a/2.jpg', '3.jpg']);
  });
});

describe('several columns of links', () => {
  it('are all read, from left to right, even if they have the same name', async () => {
    const { rows } = await read(
      'S. No.,Product Name,Image Url,Image Url,Image Url\n' +
        '1,Mug,http://a/1.jpg,"http://a/2.jpg, http://a/3.jpg",\n2,Table,,,http://a/4.jpg\n',
    );
    expect(rows.map(({ links }) => links)).toEqual([
      ['http://a/1.jpg', 'http://a/2.jpg', 'http://a/3.jpg'],
      ['http://a/4.jpg'],
    ]);
  });

  it.each(['Image 1', 'image_url_2', 'Image 3 URL', 'Images', 'Image Links', 'Image Src'])(
    'are recognized by names such as %s',
    async (name) => {
      const { rows } = await read(
        `S. No.,Product Name,Input Image Urls,${name}\n1,Mug,http://a/1.jpg,http://a/2.jpg\n`,
      );
      expect(rows[0]?.links).toEqual(['http://a/1.jpg', 'http://a/2.jpg']);
    },
  );

  it('are recognized despite invisible characters', async () => {
    const { rows } = await read(
      'S. No.,Product\u00a0Name,\u200bInput Image Urls\u2060\n1,Mug,http://a/1.jpg\n',
    );
    expect(rows[0]?.links).toEqual(['http://a/1.jpg']);
  });

  it('fail a row with surplus cells: a link cannot be assigned to a column', async () => {
    const { rows } = await read(
      'S. No.,Product Name,Image 1,Image 2,Price\n1,Mug,http://a/1.jpg,http://a/2.jpg,http://a/3.jpg,9\n',
    );
    expect(rows[0]).toMatchObject({
      links: [],
      cells: ['1', 'Mug', 'http://a/1.jpg', 'http://a/2.jpg', 'http://a/3.jpg,9'],
      error: {
        code: 'malformed_row',
        message: 'Expected 5 cells, received 6; quote cells that hold the delimiter',
      },
    });
  });

  it('do not include the output column of an earlier result', async () => {
    const { rows, warnings } = await read(
      `${HEADER},Output Image Urls\n1,Mug,http://a/1.jpg,http://out/1.jpg\n`,
    );
    expect(rows[0]?.links).toEqual(['http://a/1.jpg']);
    expect(warnings).toEqual([]);
  });
});

describe('rows in another notation than the header', () => {
  it.each([
    ['semicolons', '1;Mug;http://a/1.jpg'],
    ['tabs', '1\tMug\thttp://a/1.jpg'],
    ['semicolons and quotes', '1;"Mug";"http://a/1.jpg"'],
  ])('are read by their own delimiter: %s', async (_, line) => {
    const { rows, warnings } = await read(`${HEADER}\n${line}\n`);
    expect(rows[0]).toMatchObject({ cells: ['1', 'Mug', 'http://a/1.jpg'], error: null });
    expect(warnings).toEqual(["A delimiter other than the header's was used in row 1"]);
  });

  it.each([
    ['semicolons', '2;Mug, big;', 2],
    ['tabs', '2\tMug, big\t', 2],
    ['semicolons, three links', '2;Mug;', 3],
    ['semicolons, four links', '2;Mug;', 4],
    ['semicolons, five links', '2;Mug;', 5],
  ])("are read if their lists use the header's delimiter: %s", async (_, start, count) => {
    const links = Array.from({ length: count }, (_link, index) => `http://a/${index}.jpg`);
    const { rows } = await read(`${HEADER}\n${start}${links.join(',')}\n`);
    expect(rows[0]).toMatchObject({ links, oddity: 'other_delimiter' });
    const { rows: mirrored } = await read(
      `${HEADER.replaceAll(',', ';')}\n${start.replace(', ', ' ').replace(/[;\t]/g, ',')}${links.join(';')}\n`,
    );
    expect(mirrored[0]).toMatchObject({ links, oddity: 'other_delimiter' });
  });

  it('are read if each line is quoted as a whole', async () => {
    const { rows, warnings } = await read(
      `"${HEADER}"\r\n"1,Mug,""http://a/1.jpg, http://a/2.jpg"""\r\n"2,Cup,http://a/3.jpg"\r\n`,
    );
    expect(rows.map(({ links }) => links.length)).toEqual([2, 1]);
    expect(warnings).toEqual(['Whole lines in quotes were split into cells in row 1 and 1 more']);
  });

  it('fail with the column of their link, not as an empty cell', async () => {
    const { rows } = await read(`${HEADER}\n1;Mug;large;http://a/1.jpg\nMug,http://a/2.jpg\n`);
    const errorFor = (column: string) => ({
      code: 'no_links',
      message:
        `Expected links under "Input Image Urls", received one under "${column}"; ` +
        "move it, or check the row's delimiter",
    });
    expect(rows.map(({ error }) => error)).toEqual([errorFor('S. No.'), errorFor('Product Name')]);
  });
});

describe('relative links', () => {
  const BASE = { base_url: 'https://shop.example/media' };

  it('fail without base_url, with a message that names it', async () => {
    const { rows } = await read(
      `${HEADER}\n1,Mug,/m/u/mug.jpg\n2,Cup,"http://a/1.jpg, cup.jpg"\n3,Lid,C:\\lid.jpg\n`,
    );
    const [mug, cup, lid] = rows;
    expect(mug?.error).toEqual({
      code: 'invalid_links',
      message:
        'Expected links that begin with http:// or https://, received "/m/u/mug.jpg"; ' +
        'give base_url for relative links, or fix the cell',
    });
    expect(cup).toMatchObject({ error: null, links: ['http://a/1.jpg', 'cup.jpg'] });
    expect(cup === undefined ? null : strictErrorOf(cup)?.message).toContain('base_url');
    expect(lid?.error?.message).not.toContain('base_url');
  });

  it('are links below base_url', async () => {
    const { rows } = await read(
      `${HEADER}\n1,Mug,/m/u/mug.jpg\n2,Cup,"http://a/1.jpg, cup.jpg"\n3,Lid,m/1.jpg,m/2.jpg\n`,
      BASE,
    );
    expect(rows.map(({ links, error }) => error ?? links)).toEqual([
      ['https://shop.example/media/m/u/mug.jpg'],
      ['http://a/1.jpg', 'https://shop.example/media/cup.jpg'],
      ['https://shop.example/media/m/1.jpg', 'https://shop.example/media/m/2.jpg'],
    ]);
    expect(rows.map((row) => strictErrorOf(row))).toEqual([null, null, null]);
    expect(rows.map(({ cells }) => cells[2])).toEqual([
      '/m/u/mug.jpg',
      'http://a/1.jpg, cup.jpg',
      'm/1.jpg,m/2.jpg',
    ]);
  });

  it('are read in a row that uses another delimiter', async () => {
    const { rows } = await read(`${HEADER}\n1;Mug;/m/1.jpg\n`, BASE);
    expect(rows[0]).toMatchObject({
      links: ['https://shop.example/media/m/1.jpg'],
      oddity: 'other_delimiter',
    });
  });

  it.each([
    ['paths', '/m/1.jpg', '/m/2.jpg', '/m/3.jpg'],
    ['names', '1.jpg', '2.jpg', '3.jpg'],
  ])('show where a row begins, when a quote is not closed: %s', async (_, one, two, three) => {
    const { rows } = await read(
      `${HEADER}\n1,"Large mug,${one}\n2,Table,${two}\n3,Lamp",${three}\n`,
      BASE,
    );
    expect(rows.map(({ cells, error, links }) => [cells[1], error?.code ?? links])).toEqual([
      ['"Large mug', 'malformed_row'],
      ['Table', [`https://shop.example/media/${two.replace(/^\//, '')}`]],
      ['Lamp"', [`https://shop.example/media/${three.replace(/^\//, '')}`]],
    ]);
  });
});

describe('a result or failed rows that are uploaded again', () => {
  const ROWS = `1,'=1+1,http://a/1.jpg,\n2,'-5,'=IMAGE(http://a/2.jpg),'@x\n3,'tis,nothing,"'\t"\n`;

  it.each(['Output Image Urls', 'output_image_urls', 'Errors'])(
    'are read without the apostrophes that were put before formulas: %s',
    async (column) => {
      const { rows } = await read(`${HEADER},${column}\n${ROWS}`);
      expect(rows.map(({ cells }) => cells)).toEqual([
        ['1', '=1+1', 'http://a/1.jpg', ''],
        ['2', '-5', '=IMAGE(http://a/2.jpg)', '@x'],
        ['3', "'tis", 'nothing', '\t'],
      ]);
    },
  );

  it('are not any other file: there an apostrophe is text', async () => {
    const { rows } = await read(`${HEADER},Note\n${ROWS}`);
    expect(rows[0]?.cells[1]).toBe("'=1+1");
  });
});

describe('messages about rows', () => {
  it('show no credentials', async () => {
    const { rows, warnings } = await read(
      `${HEADER}\n1,"Mug,http://bob:hunter2@a/1.jpg\n2,Cup,ftp//bob:hunter2@a/2\n3,Lid,http://a/3.jpg | see //bob:hunter2@a b\n`,
    );
    expect(JSON.stringify([rows.map(({ error }) => error), warnings])).not.toContain('hunter2');
  });
});

describe('control characters', () => {
  it('are text', async () => {
    const { rows } = await read(`${HEADER}\n1,Mug\u0002blue,http://a/1.jpg\n`);
    expect(rows[0]?.cells[1]).toBe('Mug\u0002blue');
  });

  it('and punctuation alone are neither links nor text', async () => {
    const { rows } = await read(`${HEADER}\n1,Mug,"'\n"\n2,Cup,\u200b\n3,Lid,http://a/1.jpg\n`);
    expect(rows.map(({ error }) => error?.code)).toEqual(['no_links', 'no_links', undefined]);
  });

  it('are dropped if they are end-of-text marks of DOS', async () => {
    const { rows } = await read(`${HEADER}\n1,Mug,http://a/1.jpg\r\n\u001a\u001a\u001a`);
    expect(rows).toHaveLength(1);
  });
});

describe('warnings', () => {
  it('name a column that contains links and is not read', async () => {
    const { warnings } = await read(
      `${HEADER},Photo,Page\n1,Mug,http://a/1.jpg,http://a/2.jpg,\n2,Cup,http://a/3.jpg,http://a/4.jpg,none\n`,
    );
    expect(warnings).toEqual(['Column "Photo" appears to contain links but was not read']);
  });

  it('show the first ignored text, and the number of rows', async () => {
    const { warnings } = await read(
      `${HEADER}\n1,Mug,http://a/1.jpg\n2,Cup,http://a/2.jpg | front\n3,Lid,see http://a/3.jpg\n`,
    );
    expect(warnings).toEqual(['Text beside links was ignored in row 2 and 1 more: "front"']);
  });
});

describe('links beyond the limits', () => {
  const links = (count: number) =>
    Array.from({ length: count }, (_, index) => `http://a.example/${index}.jpg`).join(',');

  it('fail a row with more than 5,000 of them, and no other row', async () => {
    const { rows } = await read(
      sheet(`1,a,"${links(5_000)}"`, `2,b,"${links(5_001)}"`, '3,c,http://a.example/c.jpg'),
    );
    expect(rows.map((row) => row.links.length)).toEqual([5_000, 0, 1]);
    expect(rows[1]?.error).toEqual({
      code: 'invalid_links',
      message: 'Expected at most 5000 links in a row, received 5001; split the row',
    });
  });

  it('fail a row with a link of more than 8,192 characters', async () => {
    const link = (length: number) => 'http://a.example/'.padEnd(length, 'a');
    const { rows } = await read(sheet(`1,a,${link(8_192)}`, `2,b,${link(8_193)}`));
    expect(rows.map((row) => row.error?.code ?? null)).toEqual([null, 'invalid_links']);
    expect(rows[1]?.error?.message).toMatch(
      /^Expected links of at most 8192 characters, received "http:\/\/a\.example\/a+…" with 8193; shorten it$/,
    );
  });
});
