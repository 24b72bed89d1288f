import fc from 'fast-check';
import { coalesceRanges, type IndexRange } from '../../activities/indexRanges';

/** The maximum number of ranges in a payload. */
const MAX_RANGES = 10_000;

/** Ranges of one image each, in one lane, with these gaps before them. */
function rangesOf(gaps: readonly number[]): IndexRange[] {
  let end = 0;
  return gaps.map((gap): IndexRange => {
    const first = end + gap;
    end = first + 1;
    return [first, 1];
  });
}

const repeated = (count: number, gap: number) => new Array<number>(count).fill(gap);
const endOf = ([first, count]: IndexRange) => first + count;

describe('coalesceRanges(lanes)', () => {
  it('keeps every gap when there are few enough ranges', () => {
    const lanes = [rangesOf(repeated(MAX_RANGES - 1, 1)), [], [[5, 3]] as IndexRange[]];
    expect(coalesceRanges(lanes)).toEqual(lanes);
  });

  it('joins adjacent ranges', () => {
    expect(coalesceRanges([rangesOf([3, ...repeated(MAX_RANGES, 0)])])).toEqual([
      [[3, MAX_RANGES + 1]],
    ]);
  });

  it('closes small gaps, and keeps large ones', () => {
    const [many, far] = [repeated(MAX_RANGES, 1), 1_000];
    const first = 1;
    const second = 2 * MAX_RANGES + far;
    const third = second + 2 * MAX_RANGES + 1 + far;
    expect(coalesceRanges([rangesOf([...many, far, ...many, far])])).toEqual([
      [
        [first, 2 * MAX_RANGES - 1],
        [second, 2 * MAX_RANGES + 1],
        [third, 1],
      ],
    ]);
  });

  it('counts the ranges of all lanes together', () => {
    const half = rangesOf(repeated(MAX_RANGES / 2 + 1, 1));
    expect(coalesceRanges([half, half])).toEqual([[[1, MAX_RANGES + 1]], [[1, MAX_RANGES + 1]]]);
  });

  it('does not join ranges of different lanes', () => {
    const lanes = Array.from({ length: 256 }, () => rangesOf(repeated(100, 1)));
    const closed = coalesceRanges(lanes);
    expect(closed).toEqual(lanes.map(() => [[1, 199]]));
  });

  it('covers every image and nothing outside the range of the lane, for any gaps', () => {
    const gap = fc.oneof(fc.nat(3), fc.nat(1_000), fc.nat(1_000_000));
    // Repeating a few gaps creates many ranges at little cost.
    const lane = fc
      .tuple(fc.array(gap, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 12_000 }))
      .map(([gaps, count]) =>
        rangesOf(Array.from({ length: count }, (_, index) => gaps[index % gaps.length] ?? 0)),
      );
    fc.assert(
      fc.property(fc.array(lane, { minLength: 1, maxLength: 4 }), (lanes) => {
        const closed = coalesceRanges(lanes);
        expect(closed.flat().length).toBeLessThanOrEqual(MAX_RANGES);
        expect(closed).toHaveLength(lanes.length);
        for (const [index, before] of lanes.entries()) {
          const after = closed[index] ?? [];
          // Ascending and separate ranges; each begins and ends with an image of the lane.
          const starts = new Set(before.map(([first]) => first));
          const ends = new Set(before.map(endOf));
          expect(after.every((range) => starts.has(range[0]) && ends.has(endOf(range)))).toBe(true);
          expect(
            after.every((range, at) => at === 0 || range[0] > endOf(after[at - 1] ?? [0, 0])),
          ).toBe(true);
          let at = 0;
          const isCovered = before.every((range) => {
            while (at < after.length && endOf(after[at] ?? [0, 0]) < endOf(range)) at += 1;
            return (after[at]?.[0] ?? Infinity) <= range[0];
          });
          expect(isCovered).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
