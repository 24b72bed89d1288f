import fc from 'fast-check';
import { openRecords, type Records } from '../../src/records/open';
import { inReadableParts } from '../../src/records/rows';

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

describe('rows.range and rows.layouts', () => {
  let records: Records;
  beforeAll(async () => {
    const uri = (process.env['TEST_MONGODB_URI'] ?? '').replace(/[^/]*$/, 'rows');
    records = await openRecords(uri);
    const rows = [3, 1, 2].map((number) => ({
      _id: `listed/${number}`,
      request_id: 'listed',
      number,
      cells: ['a'.repeat(1_000), 'b'],
      images: [`0-${number}`],
      error: null,
    }));
    await records.rows.insert(rows);
  });
  afterAll(async () => {
    await records.requests.remove('listed');
    await records.close();
  });

  it('return the same rows in order, the second without cells', async () => {
    const rows = await records.rows.range('listed', 2, 3);
    expect(rows.map(({ number, cells }) => [number, cells.length])).toEqual([
      [2, 2],
      [3, 2],
    ]);
    const layouts = await records.rows.layouts('listed', 2, 3);
    expect(layouts.map((layout) => ({ ...layout, cells: ['a'.repeat(1_000), 'b'] }))).toEqual(rows);
    expect(layouts.every((layout) => !('cells' in layout))).toBe(true);
  });
});
