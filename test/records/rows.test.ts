import fc from 'fast-check';
import { openRecords, type Records } from '../../src/records/open';
import { inReadableParts, nextSize } from '../../src/records/rows';
import { all } from '../support/calls';

const rowOf = (images: number, index: number) => ({
  _id: `request/${index}`,
  request_id: 'request',
  number: index,
  cells: [],
  images: new Array<string>(images).fill('0-0'),
  error: null,
});

describe('inReadableParts(rows)', () => {
  it('returns all rows in order, in parts of at most 5,000 images or of one row', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12_000), { maxLength: 12 }), (sizes) => {
        const rows = sizes.map(rowOf);
        const parts = [...inReadableParts(rows)];
        expect(parts.flat()).toEqual(rows);
        for (const part of parts) {
          const images = part.reduce((sum, row) => sum + row.images.length, 0);
          expect(part.length === 1 || images <= 5_000).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('nextSize(rows)', () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
  const rows = (count: number, images: number, text = '') =>
    upTo(count).map((index) => ({ ...rowOf(images, index), cells: [text] }));

  it('reads small rows more and more at once, up to 250', () => {
    expect(nextSize(rows(10, 3))).toBe(20);
    expect(nextSize(rows(160, 3))).toBe(250);
    expect(nextSize(rows(250, 0))).toBe(250);
  });

  it('reads huge rows one at a time, whether they have many links or much text', () => {
    expect(nextSize(rows(10, 5_000))).toBe(1);
    expect(nextSize(rows(1, 5_000))).toBe(1);
    expect(nextSize(rows(10, 1, 'a'.repeat(2 ** 20)))).toBe(1);
    expect(nextSize(rows(10, 1_000))).toBe(5);
  });

  it('returns at least one, also when rows were removed', () => {
    expect(nextSize([])).toBe(1);
  });
});

describe('rows.pages and rows.layouts', () => {
  let records: Records;
  beforeAll(async () => {
    const uri = (process.env['TEST_MONGODB_URI'] ?? '').replace(/[^/]*$/, 'rows');
    records = await openRecords(uri);
    const rows = [3, 1, 2, ...Array.from({ length: 30 }, (_, index) => index + 4)].map(
      (number) => ({
        _id: `listed/${number}`,
        request_id: 'listed',
        number,
        cells: ['a'.repeat(1_000), 'b'],
        images: [`0-${number}`],
        error: null,
      }),
    );
    await records.rows.insert(rows);
  });
  afterAll(async () => {
    await records.requests.remove('listed');
    await records.close();
  });

  it('yield the same rows in order, the second without cells', async () => {
    const rows = (await all(records.rows.pages('listed', 2, 33))).flat();
    expect(rows.map(({ number, cells }) => [number, cells.length])).toEqual(
      Array.from({ length: 32 }, (_, index) => [index + 2, 2]),
    );
    const layouts = (await all(records.rows.layouts('listed', 2, 33))).flat();
    expect(layouts.map((layout) => ({ ...layout, cells: ['a'.repeat(1_000), 'b'] }))).toEqual(rows);
    expect(layouts.every((layout) => !('cells' in layout))).toBe(true);
  });

  it('read more rows with each query while the rows are small', async () => {
    const sizes = async (pages: AsyncIterable<readonly unknown[]>) =>
      (await all(pages)).map((page) => page.length);
    expect(await sizes(records.rows.pages('listed', 1, 33))).toEqual([10, 20, 3]);
    expect(await sizes(records.rows.layouts('listed', 1, 33))).toEqual([10, 20, 3]);
  });

  it('yield nothing of an empty range', async () => {
    expect(await all(records.rows.pages('listed', 3, 2))).toEqual([]);
  });
});
