import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DEFAULT_SHEET_OPTIONS } from '../../contract/sheets';
import { openSheet, readRows } from '../../src/csv/read';
import type { SheetRow } from '../../sheet/rows';
import { createWarnings } from '../../sheet/warnings';

/** Samples of exports in the shape in which each platform writes them. */

const FOLDER = path.join(__dirname, '..', '..', 'samples', 'exports');

interface Expected {
  readonly columns: readonly string[];
  /** For each row, how many links it has. */
  readonly links: readonly number[];
  readonly delimiter?: string;
  readonly lineEnd?: string;
  readonly warnings?: readonly string[];
  /** Where the platform has the files of relative links. */
  readonly base_url?: string;
}

const EXPORTS: Readonly<Record<string, Expected>> = {
  akeneo: {
    columns: ['picture'],
    links: [1, 1, 0],
    delimiter: ';',
    base_url: 'https://images.example',
  },
  amazon: {
    columns: ['main_image_url', 'other_image_url1', 'other_image_url2', 'swatch_image_url'],
    links: [1, 3, 0],
    delimiter: '\t',
    lineEnd: '\r\n',
    warnings: [expect.stringContaining('2 lines above the header were kept') as string],
  },
  bigcommerce: {
    columns: ['Variant Image URL', 'Internal Image URL (Export)', 'Image URL (Import)'],
    links: [0, 1, 0, 1, 1],
  },
  ebay: {
    columns: ['Item photo URL'],
    links: [3, 1, 0, 0],
    lineEnd: '\r\n',
    warnings: [expect.stringContaining('1 line above the header was kept') as string],
  },
  ecwid: {
    columns: [
      'product_media_main_image_url',
      'product_media_gallery_image_url_1',
      'product_media_gallery_image_url_2',
    ],
    links: [3, 0, 0, 1],
    delimiter: ';',
  },
  etsy: {
    columns: ['IMAGE1', 'IMAGE2', 'IMAGE3', 'IMAGE4', 'IMAGE5'],
    links: [2, 3, 0],
    lineEnd: '\r\n',
  },
  'google-merchant': {
    columns: ['image_link', 'additional_image_link'],
    links: [3, 1, 1],
    delimiter: '\t',
  },
  magento: {
    columns: ['base_image', 'small_image', 'thumbnail_image', 'swatch_image', 'additional_images'],
    links: [5, 0, 5],
    base_url: 'https://images.example/media/catalog/product',
  },
  matrixify: { columns: ['Image Src', 'Variant Image'], links: [2, 0, 2] },
  'meta-catalogue': { columns: ['image_link', 'additional_image_link'], links: [3, 1, 1] },
  opencart: {
    columns: ['_IMAGE_', '_IMAGES_'],
    links: [3, 1, 0],
    delimiter: ';',
    base_url: 'https://images.example/image/',
  },
  prestashop: { columns: ['Image URLs (x,y,z...)'], links: [2, 1, 0], delimiter: ';' },
  shopify: { columns: ['Product image URL', 'Variant image URL'], links: [2, 2, 0, 1] },
  'shopify-legacy': { columns: ['Image Src', 'Variant Image'], links: [2, 2, 0, 1] },
  squarespace: { columns: ['Hosted Image URLs'], links: [2, 0, 2] },
  wix: {
    columns: ['productImageUrl'],
    links: [2, 0, 0, 0],
    base_url: 'https://images.example/media',
  },
  'wix-catalog-v3': { columns: ['media'], links: [0, 0, 1, 1] },
  woocommerce: { columns: ['Images'], links: [3, 1, 0, 1] },
  'wp-all-export': { columns: ['Image URL'], links: [2, 1, 0] },
};

function expectedOf(name: string) {
  const expected: Expected = EXPORTS[name] ?? { columns: [], links: [] };
  return { delimiter: ',', lineEnd: '\n', warnings: [], base_url: null, ...expected };
}

describe('samples/exports', () => {
  it.each(Object.keys(EXPORTS))('%s.csv is read without a fault', async (name) => {
    const { columns, links, delimiter, lineEnd, warnings, base_url } = expectedOf(name);
    const file = path.join(FOLDER, `${name}.csv`);
    const sheet = await openSheet(file, { ...DEFAULT_SHEET_OPTIONS, base_url });
    expect(sheet.link_columns.map((column) => sheet.columns[column])).toEqual(columns);
    expect(sheet).toMatchObject({ delimiter, lineEnd, mayLackLinks: true });

    const found = createWarnings(sheet);
    const rows: SheetRow[] = [];
    for await (const row of readRows(file, sheet)) {
      found.add(row);
      rows.push(row);
    }
    expect(rows.map(({ error }) => error)).toEqual(links.map(() => null));
    expect(rows.map((row) => row.links.length)).toEqual(links);
    expect(rows.every(({ cells }) => cells.length === sheet.columns.length)).toBe(true);
    expect(found.list()).toEqual(warnings);
  });

  it.each(Object.keys(EXPORTS))('%s.csv gives every link in its order', async (name) => {
    const file = path.join(FOLDER, `${name}.csv`);
    const { base_url } = expectedOf(name);
    const sheet = await openSheet(file, { ...DEFAULT_SHEET_OPTIONS, base_url });
    const found: string[] = [];
    for await (const { links } of readRows(file, sheet)) found.push(...links);
    const text = await readFile(file, 'utf8');
    expect(found).toEqual(
      base_url === null
        ? text.match(/https:\/\/images\.example\/[^\s,;|"]+/g)
        : text
            .match(/[^\s,;|"]+\.(?:jpg|png)/g)
            ?.map((link) => `${base_url.replace(/\/$/, '')}/${link.replace(/^\//, '')}`),
    );
  });

  it('are all tested here, and described in samples/README.md', async () => {
    const files = Object.keys(EXPORTS).map((name) => `${name}.csv`);
    expect(readdirSync(FOLDER).sort()).toEqual(files.sort());
    const readme = await readFile(path.join(FOLDER, '..', 'README.md'), 'utf8');
    expect(files.filter((file) => !readme.includes(`\`exports/${file}\``))).toEqual([]);
  });
});
