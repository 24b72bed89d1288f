import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { UploadFields } from '../../contract/http/uploads';
import { clientOf } from '../support/api';
import { finished, imagesOf, requestOf, uploaded } from '../support/calls';
import { listen } from '../support/listen';
import { startService, type Service } from '../support/service';

/**
 * Exports of shops pass through the whole service and come out in their own shape, ready to be imported again. In the
 * samples, the origin is `https://images.example`.
 */

const FOLDER = path.join(__dirname, '..', '..', 'samples', 'exports');
const NAMES = readdirSync(FOLDER).map((file) => path.parse(file).name);

/** What the links of exports with relative links are appended to. */
const BASES: Readonly<Record<string, string>> = {
  akeneo: '/media/',
  magento: '/media/catalog/product',
  opencart: '/image',
  wix: '/media',
};

let service: Service;
let origin: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  const picture = await readFile(path.join(__dirname, 'img', 'photo.jpg'));
  origin = await listen(createServer((_request, response) => response.end(picture)));
  service = await startService();
});

afterAll(async () => {
  await service.stop();
  await origin.close();
});

const MARK = '\u{feff}';

/** Uploads a sample and waits until it is completed. */
async function complete(name: string, fields: UploadFields) {
  const sample = await readFile(path.join(FOLDER, `${name}.csv`), 'utf8');
  const sheet = sample.replaceAll('https://images.example', origin.url);
  const base_url = origin.url + (BASES[name] ?? '');
  const id = await uploaded(service.url, sheet, { fields: { ...fields, base_url } });
  expect((await finished(service.url, id)).status).toBe('completed');
  const { columns, delimiter } = (await requestOf(service.url, id)).sheet;
  const shape = (text: string, header: readonly string[]) => shapeOf(text, delimiter, header);
  return { id, sheet, base_url, columns, shape };
}

/** Splits a sheet into what a program that imports it sees. */
function shapeOf(text: string, delimiter: string | null, header: readonly string[]) {
  const unmarked = text.replace(MARK, '');
  const records: string[][] = parse(unmarked, {
    delimiter: delimiter ?? ',',
    relax_column_count: true,
    relax_quotes: true,
  });
  return {
    hasMark: text.startsWith(MARK),
    lineEnds: new Set(unmarked.match(/\r\n|\r|\n/g)),
    header: records.findIndex((record) => record.join() === header.join()),
    records,
  };
}

/** Returns a result with its byte order mark, which `text()` of a response removes. */
async function resultOf(id: string, given: { only?: 'failed' } = {}): Promise<string> {
  const response = await clientOf(service.url).result(id, given);
  return Buffer.from(await response.arrayBuffer()).toString('utf8');
}

describe('an export of a shop with output=replace', () => {
  it.each(NAMES)('%s.csv comes back equal but for its links', async (name) => {
    const fields = { output: 'replace', format: 'png' } as const;
    const { id, sheet, base_url, columns, shape } = await complete(name, fields);
    const result = await resultOf(id);
    const images = await imagesOf(service.url, id);
    expect(images.length).toBeGreaterThan(0);
    let restored = result;
    for (const { source_url, output_url } of images) {
      expect(result).toContain(output_url);
      const relative = String(source_url).replace(base_url, '');
      const written = [String(source_url), relative, relative.replace(/^\//, '')];
      const link = written.find((text) => sheet.includes(text)) ?? 'no link of the sheet';
      restored = restored.replaceAll(String(output_url), link);
    }
    expect(restored).not.toBe(result);
    expect(shape(result, columns).header).toBe(shape(sheet, columns).header);
    expect(shape(restored, columns)).toEqual(shape(sheet, columns));
  });

  it.each(NAMES)('%s.csv has no failed rows, also when it is strict', async (name) => {
    const { id, columns, shape } = await complete(name, { strict: true });
    const { records, header } = shape(await resultOf(id, { only: 'failed' }), [
      ...columns,
      'Errors',
    ]);
    expect(header).toBeGreaterThanOrEqual(0);
    expect(records.slice(header + 1)).toEqual([]);
  });
});
