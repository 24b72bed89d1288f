import { randomUUID } from 'node:crypto';
import { openSheet, readRows } from '../../src/csv/read';
import { openRecords, type Records } from '../../src/records/open';
import { listImages } from '../../src/requests/images';
import { recordSheet } from '../../src/recording/recordSheet';
import { all, sheetOf } from '../support/calls';
import { startMongodbLine, type MongodbLine } from '../support/mongodbLine';
import { imageRecord, requestRecord, rowRecord } from '../support/recorded';
import { withFile } from '../support/temporaryFile';

/** Twice the size of the row itself. One message with all of its images would have 1.5 MB. */
const MOST_BYTES = 600_000;

describe('A row of 5,000 links', () => {
  let line: MongodbLine;
  let records: Records;
  const id = randomUUID();
  const links = Array.from({ length: 5_000 }, (_, index) => `http://origin.example/p/${index}.jpg`);
  const refs = links.map((_, index) => `0-${index}`);

  beforeAll(async () => {
    line = await startMongodbLine();
    const uri = new URL(process.env['TEST_MONGODB_URI'] ?? '');
    records = await openRecords(`mongodb://${line.host}/huge-rows${uri.search}`);
    const { rows, lanes } = await withFile(sheetOf(links, links), async (file) =>
      recordSheet(records, id, readRows(file, await openSheet(file)), 0, () => Promise.resolve()),
    );
    await records.requests.create(requestRecord({ _id: id, rows, lanes: [...lanes] }));
  });
  afterAll(async () => {
    await records.requests.remove(id);
    await records.close();
    await line.close();
  });

  it('is recorded as a whole, in messages of limited size', async () => {
    const images = await records.images.findMany(id, refs);
    expect([...images.values()].filter(({ places }) => places === 2)).toHaveLength(5_000);
    expect(line.largestMessage()).toBeGreaterThan(100_000);
    expect(line.largestMessage()).toBeLessThan(MOST_BYTES);
  });

  it('is closed, reopened and listed in messages of limited size', async () => {
    await records.images.close(id, 1, refs);
    await records.images.reopen(id, 2, refs);
    const imageLinks = () => 'http://service.example';
    const query = { limit: 1_000, status: 'pending', cursor: '2.4500' } as const;
    const page = await listImages({ records, imageLinks }, id, query);
    expect(page.images.map(({ position }) => position)).toEqual(
      Array.from({ length: 500 }, (_, index) => 4_501 + index),
    );
    const images = await records.images.findMany(id, refs);
    expect([...images.values()].every(({ round }) => round === 2)).toBe(true);
    expect(line.largestMessage()).toBeLessThan(MOST_BYTES);
  });

  it('is removed with all of its images, in messages of limited size', async () => {
    const other = randomUUID();
    await records.images.insert(refs.map((ref) => imageRecord(other, ref)));
    await records.rows.insert([rowRecord(other, 1, refs)]);
    await records.requests.create(requestRecord({ _id: other, rows: 1, lanes: [5_000] }));
    await records.requests.remove(other);
    expect((await records.images.findMany(other, refs)).size).toBe(0);
    expect((await all(records.rows.pages(other, 1, 1))).flat()).toEqual([]);
    expect(line.largestMessage()).toBeLessThan(MOST_BYTES);
  });
});

describe('Rows of data: links', () => {
  let line: MongodbLine;
  let records: Records;
  const id = randomUUID();
  const dataLink = (fill: string) =>
    `data:image/png;base64,${Buffer.alloc(300_000, fill).toString('base64')}`;
  const lists = Array.from('abcdefghijkl', (fill) => [dataLink(fill)]);

  beforeAll(async () => {
    line = await startMongodbLine();
    const uri = new URL(process.env['TEST_MONGODB_URI'] ?? '');
    records = await openRecords(`mongodb://${line.host}/data-links${uri.search}`);
  });
  afterAll(async () => {
    await records.close();
    await line.close();
  });

  it('are recorded as images with what is shown of the link, in messages of limited size', async () => {
    const sheet = sheetOf(
      ...lists,
      [dataLink('a'), 'data:image/png;base64,dam*ged'],
      [dataLink('b')],
    );
    const { rows, lanes } = await withFile(sheet, async (file) =>
      recordSheet(records, id, readRows(file, await openSheet(file)), 0, () => Promise.resolve()),
    );
    await records.requests.create(requestRecord({ _id: id, rows, lanes: [...lanes] }));
    // Twelve images and the damaged link: the same link twice is one image.
    expect(lanes).toEqual([13]);
    const images = await records.images.findMany(id, ['0-0', '0-1', '0-12']);
    expect([...images.values()].map(({ url, places }) => [url, places])).toEqual([
      ['data:image/png (293 KB)', 2],
      ['data:image/png (293 KB)', 2],
      ['data:image/png (0 KB)', 1],
    ]);
    expect(await records.images.dataOf(id, '0-1')).toEqual(Buffer.alloc(300_000, 'b'));
    expect(await records.images.dataOf(id, '0-12')).toBeNull();
    expect(line.largestMessage()).toBeLessThan(2 * 2 ** 20);
    await records.requests.remove(id);
  });
});

describe('recordSheet(…)', () => {
  let records: Records;
  beforeAll(async () => {
    records = await openRecords(
      (process.env['TEST_MONGODB_URI'] ?? '').replace(/[^/]*$/, 'interrupted'),
    );
  });
  afterAll(() => records.close());

  /** Three batches, and links that repeat in another batch. */
  const rows = Array.from({ length: 600 }, (_, row) => [
    `http://host-${row % 3}.example/${row % 400}.jpg`,
  ]);
  const refsOf = (lanes: readonly number[]) =>
    lanes.flatMap((size, lane) => Array.from({ length: size }, (_, n) => `${lane}-${n}`));

  async function recordedAs(id: string, record: (file: string) => Promise<readonly number[]>) {
    const lanes = await withFile(sheetOf(...rows), record);
    const images = await records.images.findMany(id, refsOf(lanes));
    const found = (await all(records.rows.pages(id, 1, rows.length))).flat();
    await records.requests.create(requestRecord({ _id: id, rows: rows.length, lanes: [...lanes] }));
    await records.requests.remove(id);
    const without = (value: unknown) => JSON.stringify(value).replaceAll(id, '');
    return { images: [...images.values()].map(without).sort(), rows: found.map(without) };
  }

  const record = async (id: string, file: string, from = 0, onBatch = () => Promise.resolve()) =>
    (await recordSheet(records, id, readRows(file, await openSheet(file)), from, onBatch)).lanes;

  it('gives the same records when it is interrupted after a batch and called again', async () => {
    const id = randomUUID();
    const whole = await recordedAs(id, (file) => record(id, file));
    const other = randomUUID();
    const interrupted = await recordedAs(other, async (file) => {
      let batches = 0;
      const dying = record(other, file, 0, () => {
        batches += 1;
        return batches === 2 ? Promise.reject(new Error('The worker died')) : Promise.resolve();
      });
      await expect(dying).rejects.toThrow('The worker died');
      // The second batch is recorded, but that was not noted.
      return record(other, file, 250);
    });
    expect(interrupted).toEqual(whole);
    expect(whole.rows).toHaveLength(rows.length);
  });
});
