import fc from 'fast-check';
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
