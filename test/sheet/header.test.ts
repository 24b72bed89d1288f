import fc from 'fast-check';
import { DEFAULT_SHEET_OPTIONS } from '../../contract/sheets';
import { openSheet, readRows } from '../../src/csv/read';
import type { SheetRow } from '../../sheet/rows';
import { createWarnings } from '../../sheet/warnings';
import { withFile } from '../support/temporaryFile';

async function read(content: string, link_columns: readonly string[] | null = null) {
  return withFile(content, async (file) => {
    const sheet = await openSheet(file, { ...DEFAULT_SHEET_OPTIONS, link_columns });
    const warnings = createWarnings(sheet);
    const rows: SheetRow[] = [];
    for await (const row of readRows(file, sheet)) {
      warnings.add(row);
      rows.push(row);
    }
    return {
      sheet,
      rows: rows.map(({ cells }) => cells),
      links: rows.map(({ links }) => links),
      errors: rows.map(({ error }) => error?.code ?? null),
      warnings: warnings.list(),
    };
  });
}

/** Reads a header, and returns the names of its link columns. */
async function linkColumnsOf(
  header: string,
  named: readonly string[] | null = null,
): Promise<string[]> {
  const { sheet } = await read(`${header}\n`, named);
  return sheet.link_columns.map((column) => sheet.columns[column] ?? '');
}

async function refusalOf(content: string, named: readonly string[] | null = null) {
  const error: unknown = await read(content, named).catch((reason: unknown) => reason);
  return error as { code: string; message: string; faults: { loc: string[]; type: string }[] };
}

const HEADER = 'S. No.,Product Name,Input Image Urls';
const ROW = '1,Mug,http://a/1.jpg';

describe('link columns', () => {
  it('are enough: serial number and product name are not needed', async () => {
    const { rows, links } = await read('Input Image Urls\nhttp://a/1.jpg\n');
    expect([rows, links]).toEqual([[['http://a/1.jpg']], [['http://a/1.jpg']]]);
  });

  it.each([
    'Input Image Urls',
    'input_image_url',
    'Input Image URL(s)',
    'IMAGE-URL',
    'images',
    'Image 3',
    'Img Src',
    'Im\u200bage Link',
  ])('are found by the name %j', async (name) => {
    expect(await linkColumnsOf(`Id,${name}`)).toEqual([name]);
  });

  it.each([
    'Variant Image',
    'base_image',
    'additional_images',
    'additional_image_link',
    'main_image_url',
    'other_image_url12',
    'main_product_image_locator[marketplace_id=ATVPDKIKX0DER]#1.media_location',
    'image[0].url',
    '*PicURL',
    'Hosted Image URLs',
    'Product_Media_Gallery_Image_URL_4',
  ])('are found by the name %j of an export', async (name) => {
    expect(await linkColumnsOf(`Id,${name}`)).toEqual([name]);
  });

  it('are found by a common name only in the company of the columns of its export', async () => {
    expect(await linkColumnsOf('handle,fieldType,media,Image')).toEqual(['media', 'Image']);
    expect(await linkColumnsOf('handle,media,Image')).toEqual(['Image']);
  });

  it('are all read, from left to right, also those with the same name', async () => {
    const { links } = await read(
      'Image Url 1,Name,Image Src,Image Src,base_image\nhttp://a/1,x,http://a/2,http://a/3,http://a/4\n',
    );
    expect(links).toEqual([['http://a/1', 'http://a/2', 'http://a/3', 'http://a/4']]);
  });

  it('are never columns that this service writes', async () => {
    expect(await linkColumnsOf('Images,Output Image Urls,Errors')).toEqual(['Images']);
    const { message } = await refusalOf('Images,Output Image Urls\n', ['Output Image Urls']);
    expect(message).toContain('received "Output Image Urls"');
  });

  it('are never guessed from the content', async () => {
    const { warnings } = await read('Images,Photo\nhttp://a/1.jpg,http://a/2.jpg\n');
    expect(warnings).toEqual(['Column "Photo" appears to contain links but was not read']);
  });
});

describe('link_columns', () => {
  it('names the columns instead of their known names', async () => {
    expect(await linkColumnsOf('Images,Photo,Front', ['Front', 'Photo'])).toEqual([
      'Photo',
      'Front',
    ]);
  });

  it('means the column with exactly that name, or else one that differs in case and separators', async () => {
    expect(await linkColumnsOf('photo,Photo', ['Photo'])).toEqual(['Photo']);
    expect(await linkColumnsOf('main_photo,Other', ['Main Photo'])).toEqual(['main_photo']);
  });

  it('means all columns of a name', async () => {
    expect(await linkColumnsOf('Photo,Name,Photo', ['Photo'])).toEqual(['Photo', 'Photo']);
  });

  it('is refused when a column is missing, and shows the columns that there are', async () => {
    const { code, message, faults } = await refusalOf(`Id,Photo\n1,http://a/1.jpg\n`, [
      'Photo',
      'Foto',
    ]);
    expect(code).toBe('invalid');
    expect(message).toBe(
      'Expected names of columns of the file, received "Foto"; its columns are "Id", "Photo"',
    );
    expect(faults).toMatchObject([{ loc: ['body', 'link_columns'], type: 'link_columns' }]);
  });

  it('does not warn of columns that it leaves out', async () => {
    const { warnings } = await read('Photo,Manual\nhttp://a/1.jpg,http://a/manual\n', ['Photo']);
    expect(warnings).toEqual([]);
  });
});

describe('a file without link columns', () => {
  it('is refused with its columns, and the one that looks like links', async () => {
    const { message, faults } = await refusalOf(
      'Id,Page,Photo\n1,http://a/mug,http://a/mug.jpg\n2,http://a/cup,\n3,http://a/lid,\n',
    );
    expect(message).toBe(
      'Expected a column of links such as "Input Image Urls", received "Id", "Page", "Photo"; ' +
        'name the columns that hold links in the field link_columns: "Photo" appears to',
    );
    expect(faults).toMatchObject([{ loc: ['body', 'file', 'header'], type: 'invalid_header' }]);
  });

  it('is refused with its columns when none looks like links', async () => {
    const { message } = await refusalOf('Id;Name\n1;Mug\n');
    expect(message).toMatch(/received "Id", "Name"; .* in the field link_columns$/);
  });

  it('does not take a title for the columns', async () => {
    const { message } = await refusalOf(
      'Spring catalogue\n\nId,Name,Photo\n1,Mug,http://a/1.jpg\n',
    );
    expect(message).toContain('received "Id", "Name", "Photo"; ');
  });

  it('is told that it has no header line when its first line holds links', async () => {
    const { message, faults } = await refusalOf(`${ROW}\n2,Cup,http://a/2.jpg\n`);
    expect(message).toBe(
      'Expected a header line with the names of the columns, received a first line that holds links; ' +
        'add a line with the names above it',
    );
    expect(faults).toMatchObject([{ type: 'invalid_header' }]);
  });

  it('does not take a row for a header because a cell has the name of a link column', async () => {
    const { message } = await refusalOf('image,http://a/1.jpg\nimage,http://a/2.jpg\n');
    expect(message).toContain('received a first line that holds links');
  });
});

describe('a row whose link cells are blank', () => {
  const variants = (columns: string) => `${columns}\na,x,http://a/1.jpg\na,,\na,y,none\n`;

  it('is part of an export', async () => {
    const { errors, links, rows } = await read(variants('Handle,Title,Image Src'));
    expect(errors).toEqual([null, null, 'invalid_links']);
    expect(links).toEqual([['http://a/1.jpg'], [], []]);
    expect(rows[1]).toEqual(['a', '', '']);
  });

  it('is part of a file whose columns link_columns names', async () => {
    const { errors } = await read(variants('Id,Title,Image Src'), ['Image Src']);
    expect(errors).toEqual([null, null, 'invalid_links']);
  });

  it('is part of a WooCommerce export, whose column has one of our names', async () => {
    const { errors } = await read(variants('Type,SKU,Images'));
    expect(errors).toEqual([null, null, 'invalid_links']);
  });

  it.each(['Id,Title,Images', 'Id,Title,Input Image Urls', 'S. No.,Product Name,base_image'])(
    'fails under %s',
    async (columns) => {
      const { errors } = await read(variants(columns));
      expect(errors).toEqual([null, 'no_links', 'invalid_links']);
    },
  );

  it('is read with the delimiter of that row if it has another one', async () => {
    const { links } = await read('Handle,Title,Image Src\nb;Cup;http://a/2.jpg\n');
    expect(links).toEqual([['http://a/2.jpg']]);
  });
});

describe('delimiters', () => {
  it('include |, with which lists are then separated otherwise', async () => {
    const { sheet, rows } = await read('Id|Images|Colour\n1|http://a/1.jpg, http://a/2.jpg|red\n');
    expect(sheet.delimiter).toBe('|');
    expect(rows).toEqual([['1', 'http://a/1.jpg, http://a/2.jpg', 'red']]);
  });

  it.each(['sep=;', 'SEP=;', '"sep=;"', 'sep=;,,'])('are told by the line %s', async (line) => {
    const { sheet, links } = await read(`${line}\r\nName, Image;Image\r\nMug;http://a/1.jpg\r\n`);
    expect(sheet).toMatchObject({
      delimiter: ';',
      columns: ['Name, Image', 'Image'],
      preamble: `${line}\r\n`,
    });
    expect(links).toEqual([['http://a/1.jpg']]);
  });

  it('do not depend on white space in names', async () => {
    const { sheet } = await read('Image\tLink\nhttp://a/1.jpg\thttp://a/page\n');
    expect(sheet).toMatchObject({ columns: ['Image', 'Link'], link_columns: [0] });
  });

  it('do not tear lists of links with captions apart', async () => {
    const { rows, errors } = await read('Name,Images\nMug,"front|http://a/1\nside|http://a/2"\n');
    expect([rows, errors]).toEqual([[['Mug', 'front|http://a/1\nside|http://a/2']], [null]]);
  });
});

describe('the line end of a sheet', () => {
  it.each(['\n', '\r\n', '\r'])('is that of its header: %j', async (lineEnd) => {
    const { sheet } = await read(`Title\n${HEADER}${lineEnd}${ROW}\n`);
    expect(sheet.lineEnd).toBe(lineEnd);
  });

  it('is a line feed where the header has none', async () => {
    expect((await read(HEADER)).sheet.lineEnd).toBe('\n');
  });
});

describe('lines above the header', () => {
  it('are kept unchanged, and mentioned', async () => {
    const above = 'Spring catalogue, "2026",\r\n\r\n,,\r\n24" screens; all\r\n';
    const { sheet, rows, warnings } = await read(`${above}${HEADER}\r\n${ROW}\r\n`);
    expect(sheet.preamble).toBe(above);
    expect(rows).toEqual([['1', 'Mug', 'http://a/1.jpg']]);
    expect(warnings).toEqual([
      '4 lines above the header were kept, but not read: "Spring catalogue, \\"2026\\","',
    ]);
  });

  it('may be twenty titles, besides blank lines', async () => {
    const titles = Array.from({ length: 20 }, (_, index) => `Title ${index}\n\n`).join('');
    expect((await read(`${titles}${HEADER}\n${ROW}\n`)).links).toEqual([['http://a/1.jpg']]);
    const { faults } = await refusalOf(`One more\n${titles}${HEADER}\n${ROW}\n`);
    expect(faults).toMatchObject([{ type: 'invalid_header' }]);
  });

  it('must not hold links', async () => {
    const first = await refusalOf(`From https://shop.example\n${HEADER}\n${ROW}\n`);
    expect(first.message).toBe(
      'Expected a header line without links above it, received a link in line 1; remove that line',
    );
    const second = await refusalOf(`Catalogue\nwww.shop.example\n${HEADER}\n${ROW}\n`);
    expect(second.message).toContain('received a link in line 2');
    expect(second.faults).toMatchObject([{ type: 'invalid_header' }]);
  });

  it('do not count as rows with a wrong quote when they have an odd number of quotes', async () => {
    const row = '1,"A\n2,B,C",http://a/1.jpg';
    expect((await read(`24" screens\n${HEADER}\n${row}\n`)).rows).toEqual([
      ['1', 'A\n2,B,C', 'http://a/1.jpg'],
    ]);
  });

  it('include labels: of adjacent lines that would do, the last is the header', async () => {
    const { sheet, rows } = await read(
      'Seller SKU\tMain Image URL\titem\nitem_sku\tmain_image_url\titem_name\nA\thttp://a/1.jpg\tMug\n',
    );
    expect(sheet.columns).toEqual(['item_sku', 'main_image_url', 'item_name']);
    expect(rows).toHaveLength(1);
  });

  it('do not include a row that has the name of a link column in another column', async () => {
    const { rows } = await read('Type,Images,SKU\nImage,,A\nImage,http://a/1.jpg,B\n');
    expect(rows).toHaveLength(2);
  });

  it.each([
    'S. No.,Product Name,Image\nA,Mug,image\nB,Cup,http://a/1.jpg\n',
    'Name,Image,Errors\nMug,image,"invalid_links: a name"\nCup,http://a/1.jpg,\n',
    'Image,Price\nimage,3.50\nhttp://a/1.jpg,4\n',
  ])('do not include a row with `image` as its link: %j', async (text) => {
    expect((await read(text)).rows).toHaveLength(2);
  });

  it('never change how the rows are read, whatever they are', async () => {
    const title = fc
      .stringMatching(/^[abc 019",;|\t'=.:\-é„]{0,30}$/)
      // A `sep=` line means something.
      .filter((text) => !/sep=/i.test(text));
    const even = `${HEADER},Note\n1,Mug,"http://a/1.jpg, http://a/2.jpg","a\nb"\n3,Cup,,x\n`;
    const odd = `${even}4,24" screen,http://a/4.jpg,\n`;
    const tables = await Promise.all(
      [even, odd].map(async (table) => ({ table, plain: await read(table) })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(title, { maxLength: 20 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom(...tables),
        async (titles, lineEnd, { table, plain }) => {
          const above = titles.map((line) => `${line}${lineEnd}`).join('');
          const { sheet, rows, links, errors } = await read(above + table);
          expect(sheet.preamble).toBe(above);
          expect([rows, links, errors]).toEqual([plain.rows, plain.links, plain.errors]);
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 300) },
    );
  });
});
