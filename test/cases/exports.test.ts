import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { finished, imagesOf, requestOf, resultOf, uploaded } from '../support/calls';
import { listen } from '../support/listen';
import { startService, type Service } from '../support/service';

/**
 * Exports of shops pass through the whole service and come out in their own shape, ready to be imported again. In the
 * samples, the origin is `https://images.example`.
 */

const FOLDER = path.join(__dirname, '..', '..', 'samples', 'exports');
const NAMES = readdirSync(FOLDER).map((file) => path.parse(file).name);

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

/** Splits a sheet into what a program that imports it sees. */
function shapeOf(text: string, delimiter: string, header: readonly string[]) {
  const unmarked = text.replace(MARK, '');
  const records: string[][] = parse(unmarked, {
    delimiter,
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

describe('an export of a shop with output=replace', () => {
  it.each(NAMES)('%s.csv comes back equal but for its links', async (name) => {
    const sample = await readFile(path.join(FOLDER, `${name}.csv`), 'utf8');
    const sheet = sample.replaceAll('https://images.example', origin.url);
    const id = await uploaded(service.url, sheet, {
      fields: { output: 'replace', format: 'png' },
    });
    const { status } = await finished(service.url, id);
    const images = await imagesOf(service.url, id);
    const { sheet: read } = await requestOf(service.url, id);
    const result = await resultOf(service.url, id);

    expect(status).toBe('completed');
    expect(images.length).toBeGreaterThan(0);
    let restored = result;
    for (const { source_url, output_url } of images) {
      expect(result).toContain(output_url);
      restored = restored.replaceAll(String(output_url), String(source_url));
    }
    const shape = (text: string) => shapeOf(text, read.delimiter ?? '', read.columns);
    expect(result).not.toContain(origin.url);
    expect(shape(result).header).toBe(shape(sheet).header);
    expect(shape(restored)).toEqual(shape(sheet));
  });

  it.each(NAMES)('%s.csv has no failed rows', async (name) => {
    const sample = await readFile(path.join(FOLDER, `${name}.csv`), 'utf8');
    const sheet = sample.replaceAll('https://images.example', origin.url);
    const id = await uploaded(service.url, sheet, { fields: { strict: true } });
    expect((await finished(service.url, id)).status).toBe('completed');
    const failed = await resultOf(service.url, id, { only: 'failed' });
    const { sheet: read } = await requestOf(service.url, id);
    const { records, header } = shapeOf(failed, read.delimiter ?? '', [...read.columns, 'Errors']);
    expect(records.slice(header + 1)).toEqual([]);
  });
});
