import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { ImageResource } from '../../contract/http/images';
import type { UploadFields } from '../../contract/http/uploads';
import {
  finished,
  imagesOf,
  requestOf,
  resultOf,
  sheetOf,
  upload,
  uploaded,
} from '../support/calls';
import { clientOf } from '../support/api';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { startService, type Service } from '../support/service';

/**
 * CSV files as people upload them, modelled on public reports of problems. Each one passes through the whole service,
 * and the outcome of every link is checked. In the files, the origin is `127.0.0.1:19000`.
 */

let service: Service;
let origin: Origin;
let host: string;

beforeAll(async () => {
  origin = await startOrigin();
  host = new URL(origin.url).host;
  for (const name of ['photo.jpg', 'photo.png']) {
    const picture = bytes(await readFile(path.join(__dirname, 'img', name)));
    for (const folder of ['', '/images']) origin.on(`${folder}/${name}`, picture);
    if (name === 'photo.jpg') origin.on('/any/img.php?id=7&w=800&fmt=jpg', picture);
  }
  service = await startService({ env: { IMAGE_MAX_ATTEMPTS: '2' } });
});

afterAll(async () => {
  await service.stop();
  await origin.stop();
});

/** Returns the file with the address of this origin, in ASCII or UTF-16. */
async function contentOf(name: string): Promise<Buffer<ArrayBuffer>> {
  let content = await readFile(path.join(__dirname, 'csv', `${name}.csv`), 'latin1');
  for (const encoding of ['latin1', 'utf16le'] as const) {
    const [from, to] = ['127.0.0.1:19000', host].map((address) =>
      Buffer.from(address, encoding).toString('latin1'),
    );
    content = content.replaceAll(from ?? '', to ?? '');
  }
  return Buffer.from(content, 'latin1');
}

async function run(name: string, fields: UploadFields = {}) {
  const id = await uploaded(service.url, await contentOf(name), { fields });
  const { status } = await finished(service.url, id);
  const images = await imagesOf(service.url, id);
  const { sheet } = await requestOf(service.url, id);
  const read = (text: string): string[][] => {
    const { delimiter, columns } = sheet;
    const options = { bom: true, delimiter: delimiter ?? ',', relax_column_count: true };
    const records = parse(text, options);
    // Above the header are the same lines as in the upload.
    return records.slice(records.findIndex(([name]) => name === columns[0]));
  };
  const result = read(await resultOf(service.url, id));
  const failed = read(await resultOf(service.url, id, { only: 'failed' }));
  return { id, status, images, sheet, result, failed };
}

/** Returns for each occurrence its row, and the name of its image or the code of its error. */
function outcomesOf(images: readonly ImageResource[]): string[] {
  return images.map(({ row, source_url, error }) =>
    error === null
      ? `${row} ${String(source_url).replace(/^.*\//, '')}`
      : `${row} ${error.code}${source_url === null ? '' : ` ${source_url.replaceAll(host, 'H')}`}`,
  );
}

const CASES: Readonly<Record<string, readonly string[]>> = {
  'unclosed-silent': [
    '1 photo.jpg',
    '2 malformed_row',
    '3 photo.png',
    '4 photo.png',
    '5 photo.png',
  ],
  unclosed: ['1 photo.jpg', '2 malformed_row', '3 photo.png', '4 photo.jpg', '5 photo.png'],
  'unclosed-last': ['1 photo.jpg', '2 malformed_row', '3 photo.png'],
  'dup-columns': ['1 photo.jpg', '1 photo.png', '2 photo.jpg'],
  'both-url-columns': ['1 photo.jpg', '1 photo.png'],
  'ctrl-z': ['1 photo.jpg'],
  'ctl-in-name': ['1 photo.jpg', '2 photo.png'],
  'zwsp-header': ['1 photo.jpg'],
  'zwsp-link': [
    '1 photo.jpg',
    '2 photo.jpg',
    '3 photo.jpg',
    '4 photo.jpg',
    '5 photo.jpg',
    '5 photo.png',
  ],
  'second-no-scheme': [
    '1 photo.jpg',
    '1 invalid_url www.[shop]/side.jpg',
    // The origin does not support TLS.
    '2 photo.jpg',
    '2 connect_failure //H/photo.png',
    '3 photo.jpg',
    '3 invalid_links side.jpg',
    '4 photo.jpg',
    '4 photo.png',
    '5 photo.jpg',
    '5 photo.png',
    '6 photo.jpg',
    '6 photo.png',
  ],
  lists: [
    '1 photo.jpg',
    '1 photo.png',
    '2 photo.jpg',
    '2 photo.png',
    '3 photo.jpg',
    '3 photo.png',
    '4 photo.jpg',
    '4 photo.png',
    '5 photo.jpg',
    '5 photo.png',
    '6 not_found http://H/photo.jpghttp://H/photo.png',
    '7 photo.jpg',
    '8 photo.jpg',
    '9 photo.jpg',
    '9 photo.png',
    '10 photo.jpg',
    '10 photo.png',
    '11 photo.jpg',
    '12 photo.jpg',
    '13 photo.jpg',
    '13 photo.png',
    '14 photo.jpg',
    '14 photo.png',
  ],
  wpallexport: ['1 photo.jpg', '1 photo.png', '2 photo.jpg', '2 photo.png', '3 photo.jpg'],
  'whole-line-quoted': ['1 photo.jpg', '1 photo.png', '2 photo.jpg'],
  'mixed-delims': ['1 photo.jpg', '2 photo.png'],
  'cr-only': ['1 photo.jpg', '1 photo.png', '2 photo.png'],
  'nbsp-header': ['1 photo.jpg'],
  'header-newline': ['1 photo.jpg'],
  'joined-files': ['1 photo.jpg', '2 invalid_links', '3 photo.png'],
  'backslash-quote': ['1 photo.jpg', '2 photo.png', '3 photo.jpg'],
  'quote-first': ['1 photo.jpg', '2 photo.png', '3 photo.jpg'],
  'inch-quoted': ['1 photo.jpg', '2 photo.png', '3 photo.jpg', '4 photo.png'],
  'semicolon-row-quote': ['1 photo.jpg', '2 photo.png', '3 photo.png'],
  apostrophe: ['1 photo.jpg'],
  'excel-de': ['1 photo.jpg', '1 not_found http://H/missing.jpg', '2 photo.png'],
  'failed-resaved-de': ['1 photo.jpg', '1 not_found http://H/missing.jpg'],
  amp: ['1 img.php?id=7&w=800&fmt=jpg'],
  hyperlink: ['1 photo.jpg', '2 photo.png', '3 photo.jpg'],
  'smart-quotes': ['1 photo.jpg', '2 photo.jpg', '3 photo.jpg', '3 photo.png'],
  'no-scheme': [
    // The origin does not support TLS.
    '1 connect_failure //H/photo.jpg',
    '2 invalid_links',
    '3 invalid_url www.shop..example/photo.jpg',
    '4 invalid_links',
    '5 invalid_links',
    '6 corrupt_image data:image/png (1 KB)',
    '7 invalid_links',
    '8 invalid_links',
    '9 invalid_links',
    '10 invalid_links',
  ],
  'title-rows': ['1 photo.jpg'],
  headers: ['1 photo.jpg'],
  'wide-columns': ['1 photo.jpg', '1 photo.png'],
  pipe: ['1 photo.jpg'],
  'sep-line': ['1 photo.jpg'],
};

describe('every link of a file', () => {
  it.each(Object.keys(CASES))('%s.csv has the expected outcome', async (name) => {
    const expected = CASES[name] ?? [];
    const { status, images, result, failed } = await run(name);
    expect(outcomesOf(images)).toEqual(expected);
    const faulty = expected.filter((outcome) => outcome.includes('_')).length;
    const partly = faulty === expected.length ? 'failed' : 'completed_with_errors';
    expect(status).toBe(faulty === 0 ? 'completed' : partly);

    // The output of a link is in its own row, and any RFC 4180 parser can read the result files.
    const rows = new Set(images.map(({ row }) => row));
    expect(result).toHaveLength(rows.size + 1);
    for (const { row, output_url } of images) {
      if (output_url !== null) expect(result[row]?.at(-1)).toContain(output_url);
    }
    const failedRows = new Set(images.filter(({ error }) => error !== null).map(({ row }) => row));
    expect(failed).toHaveLength(failedRows.size + 1);
  });
});

describe('relative links', () => {
  it('are downloaded from below base_url, and shown as they were downloaded', async () => {
    const base_url = `${origin.url}/images/?v=1`;
    const { images, sheet } = await run('relative', { base_url });
    expect(outcomesOf(images)).toEqual([
      '1 photo.jpg',
      '2 photo.png',
      '2 photo.jpg',
      '3 photo.jpg',
      '3 not_found http://H/images/missing.jpg',
    ]);
    expect(images[0]?.source_url).toBe(`${origin.url}/images/photo.jpg`);
    expect(origin.hits('/images/photo.jpg')).toBe(1);
    expect(sheet.warnings).toEqual([]);
  });

  it.each(['https://', 'https://a..example/', 'https://[', 'ftp://a/', 'shop.example'])(
    'are refused with the base_url %s, which is no address',
    async (base_url) => {
      const response = await upload(service.url, sheetOf(['/1.jpg']), { fields: { base_url } });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ detail: [{ loc: ['body', 'base_url'] }] });
    },
  );

  it('are refused without base_url, with a message that names it', async () => {
    const response = await upload(service.url, sheetOf(['/1.jpg']));
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('give base_url for relative links');
  });
});

describe('text beside links', () => {
  it('gives a warning, not a failure: alternative texts and captions', async () => {
    const { sheet } = await run('wpallexport');
    expect(sheet.warnings).toEqual([
      'Text beside links was ignored in row 1 and 2 more: "! alt : Blue mug ! title : Mug ! desc :"',
    ]);
  });
});

describe('a row with an open quote', () => {
  it('is in the failed rows, with its text, to be corrected and uploaded again', async () => {
    const { failed } = await run('unclosed');
    expect(failed).toEqual([
      ['S. No.', 'Product Name', 'Input Image Urls', 'Errors'],
      [
        '2',
        '"Large mug',
        `http://${host}/photo.jpg`,
        expect.stringMatching(/^Expected 3 cells with each quote closed, received /),
      ],
    ]);
  });
});

describe('a file in another encoding', () => {
  it('is read as Windows-1252 where it is no UTF-8, with a warning', async () => {
    const { status, sheet, result } = await run('cp1252');
    expect(status).toBe('completed');
    expect(result[1]?.[1]).toBe('Kaffeemühle');
    expect(sheet).toMatchObject({
      encoding: 'windows-1252',
      warnings: [
        'The file is not UTF-8 and was read as Windows-1252, which is a guess; if characters are wrong, ' +
          'upload it again with its encoding in the field "encoding"',
      ],
    });
  });

  it('is read as UTF-16 after its byte order mark', async () => {
    const { status, sheet, images } = await run('utf16-tab');
    expect(status).toBe('completed');
    expect(outcomesOf(images)).toEqual(['1 photo.jpg']);
    expect(sheet).toMatchObject({ encoding: 'utf-16le', delimiter: '\t', warnings: [] });
  });

  it('is refused as UTF-16 without a mark, unless the upload names the encoding', async () => {
    const content = await contentOf('utf16-nobom');
    const response = await upload(service.url, content);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      detail: [
        {
          loc: ['body', 'encoding'],
          msg: expect.stringContaining('send the field "encoding" with utf-16le') as string,
        },
      ],
    });
    const id = await uploaded(service.url, content, { fields: { encoding: 'UTF-16' } });
    expect(await finished(service.url, id)).toMatchObject({ status: 'completed' });
    expect((await requestOf(service.url, id)).sheet.encoding).toBe('utf-16le');
  });
});

describe('a CSV from Excel with semicolons, Windows line ends and a byte order mark', () => {
  it.each([{}, { only: 'failed' as const }])('comes back as such (%o)', async (given) => {
    const { id } = await run('excel-de');
    const response = await clientOf(service.url).result(id, given);
    const [header, row] = Buffer.from(await response.arrayBuffer())
      .toString('utf8')
      .split('\r\n');
    const column = given.only === undefined ? 'Output Image Urls' : 'Errors';
    expect(header).toBe(`\uFEFFS. No.;Product Name;Input Image Urls;Größe;${column}`);
    expect(row).toMatch(/^1;Tasse;"http.*";groß;/);
  });
});

describe('failed rows that Excel saved again as whole lines in quotes', () => {
  it('come back with their line ends and byte order mark, and new errors', async () => {
    const { id, failed } = await run('failed-resaved-de');
    expect(failed).toEqual([
      ['S. No.', 'Product Name', 'Input Image Urls', 'Größe', 'Errors'],
      [
        '1',
        'Tasse',
        `http://${host}/photo.jpg, http://${host}/missing.jpg`,
        'groß',
        `2. not_found: Expected the image, received HTTP 404 (http://${host}/missing.jpg)`,
      ],
    ]);
    const response = await clientOf(service.url).result(id);
    const text = Buffer.from(await response.arrayBuffer()).toString('utf8');
    expect(text.startsWith('\uFEFFS. No.,Product Name,')).toBe(true);
    expect(text.split('\r\n')).toHaveLength(3);
  });
});
