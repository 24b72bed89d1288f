import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { finished, imagesOf, requestOf, resultOf, upload, uploaded } from '../support/calls';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

let service: Service;
let origin: Origin;

beforeAll(async () => {
  origin = await startOrigin();
  service = await startService();
});

afterAll(async () => {
  await service.stop();
  await origin.stop();
});

/** Returns a sample with its links leading to the origin, which has all of them. */
async function sample(name: string): Promise<string> {
  const file = path.join(__dirname, '..', '..', 'samples', 'exports', `${name}.csv`);
  const text = await readFile(file, 'utf8');
  const answer = bytes(await photo());
  for (const [, link = ''] of text.matchAll(/https:\/\/images\.example(\/[^\s,;|"]+)/g)) {
    origin.on(link, answer);
  }
  return text.replaceAll('https://images.example', origin.url);
}

describe('an export of a shop', () => {
  it('is processed, and its variants without pictures pass through uncounted', async () => {
    const id = await uploaded(service.url, await sample('shopify-legacy'), {
      fields: { strict: true },
    });
    expect((await finished(service.url, id)).status).toBe('completed');

    const { counts, sheet } = await requestOf(service.url, id);
    expect(counts).toEqual({ total: 5, succeeded: 5, failed: 0, pending: 0 });
    expect(sheet).toMatchObject({
      link_columns: ['Image Src', 'Variant Image'],
      rows: 4,
      warnings: [],
    });
    const images = await imagesOf(service.url, id);
    expect(images.map(({ row, position }) => [row, position])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [4, 1],
    ]);

    const result: string[][] = parse(await resultOf(service.url, id));
    expect(result.map(([handle]) => handle)).toEqual([
      'Handle',
      ...Array<string>(4).fill('stoneware-mug'),
    ]);
    expect(result.map((cells) => cells.at(-1))).toEqual([
      'Output Image Urls',
      expect.stringContaining(`${id}/`),
      expect.stringContaining(`${id}/`),
      '',
      expect.stringContaining(`${id}/`),
    ]);
    expect(parse(await resultOf(service.url, id, { only: 'failed' }))).toHaveLength(1);
  });
});

describe('link_columns', () => {
  const content = () => `Id,Photo,Back\n1,${origin.url}/front.jpg,${origin.url}/back.jpg\n2,,\n`;

  it('names the columns of links', async () => {
    origin.on('/back.jpg', bytes(await photo()));
    const id = await uploaded(service.url, content(), { fields: { link_columns: 'Back' } });
    expect((await finished(service.url, id)).status).toBe('completed');
    const images = await imagesOf(service.url, id);
    expect(images.map(({ source_url }) => source_url)).toEqual([`${origin.url}/back.jpg`]);
  });

  it('answers 422 to a column that the file does not have', async () => {
    const response = await upload(service.url, content(), { fields: { link_columns: 'Side' } });
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      detail: [
        {
          loc: ['body', 'link_columns'],
          msg: 'Expected names of columns of the file, received "Side"; its columns are "Id", "Photo", "Back"',
          type: 'link_columns',
        },
      ],
    });
  });
});
