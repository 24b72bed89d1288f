import fc from 'fast-check';
import {
  createLanes,
  LANE_WINDOW,
  laneWindowOf,
  REQUEST_WINDOW,
  sliceSizeOf,
  type IndexRanges,
} from '../../workflows/lanes';

const NOW = 1_000_000;

describe('sliceSizeOf(images)', () => {
  it.each([
    [1, 1],
    [100, 1],
    [101, 2],
    [2_000, 20],
    [300_000, 25],
  ])('of a request with %i images is %i', (images, size) => {
    expect(sliceSizeOf(images)).toBe(size);
  });
});

describe('laneWindowOf(sliceSize)', () => {
  it.each([
    [1, 32],
    [8, 25],
    [20, 10],
    [25, 8],
  ])('for slices of %i images is %i', (size, window) => {
    expect(laneWindowOf(size)).toBe(window);
  });
});

/** The complete ranges of lanes of these sizes. */
const whole = (sizes: readonly number[]) => sizes.map((size): IndexRanges => [[0, size]]);

describe('createLanes', () => {
  it('hands out every image exactly once, for any lanes and any order of release', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        (sizes, choices) => {
          const lanes = createLanes(whole(sizes));
          const held = [];
          const taken: string[] = [];
          while (!lanes.isEmpty() || held.length > 0) {
            for (let slice; (slice = lanes.take(NOW)) !== null;) {
              held.push(slice);
              taken.push(...slice.numbers.map((number) => `${slice.lane}-${number}`));
            }
            const { value: choice } = choices.next() as { value: number };
            const [ended] = held.splice(choice % held.length, 1);
            if (ended !== undefined) lanes.release(ended);
          }
          const all = sizes.flatMap((size, lane) =>
            Array.from({ length: size }, (_, number) => `${lane}-${number}`),
          );
          expect(taken.sort()).toEqual(all.sort());
        },
      ),
      { numRuns: 50 },
    );
  });

  it('alternates between lanes, so that the first slices come from different hosts', () => {
    const lanes = createLanes(whole([500, 500, 500]));
    expect([1, 2, 3, 4].map(() => lanes.take(NOW)?.lane)).toEqual([0, 1, 2, 0]);
  });

  it('hands out at most LANE_WINDOW slices of a lane, and continues with the others', () => {
    const lanes = createLanes(whole([5_000, 5_000]));
    const taken = Array.from({ length: 3 * LANE_WINDOW }, () => lanes.take(NOW)?.lane);
    expect(taken.filter((lane) => lane === 0)).toHaveLength(LANE_WINDOW);
    expect(taken.filter((lane) => lane === 1)).toHaveLength(LANE_WINDOW);
    expect(taken.filter((lane) => lane === undefined)).toHaveLength(LANE_WINDOW);
  });

  it('hands out at most REQUEST_WINDOW slices of a request', () => {
    const lanes = createLanes(whole(Array.from({ length: 100 }, () => 1_000)));
    const taken = Array.from({ length: 100 }, () => lanes.take(NOW));
    expect(taken.filter((slice) => slice !== null)).toHaveLength(REQUEST_WINDOW);
  });

  it('hands out another slice when one is released', () => {
    const lanes = createLanes(whole([5_000]));
    const [first] = Array.from({ length: LANE_WINDOW }, () => lanes.take(NOW));
    expect(lanes.take(NOW)).toBeNull();
    if (first) lanes.release(first);
    expect(lanes.take(NOW)).not.toBeNull();
  });

  it('hands out a waiting image when it is due, before new ones', () => {
    const lanes = createLanes(whole([300]));
    lanes.take(NOW);
    lanes.defer(0, [1, NOW + 10]);
    expect(lanes.take(NOW)?.numbers).toEqual([3, 4, 5]);
    expect(lanes.nextDue()).toBe(NOW + 10);
    expect(lanes.take(NOW + 10)?.numbers).toEqual([1]);
    expect(lanes.nextDue()).toBeNull();
  });

  it('hands out no new images of a lane with thousands of waiting ones', () => {
    const lanes = createLanes(whole([100_000, 100_000]));
    for (let number = 0; number < 2_000; number += 1) lanes.defer(0, [number, NOW + 1]);
    const taken = Array.from({ length: 2 * LANE_WINDOW }, () => lanes.take(NOW)?.lane);
    expect(taken.filter((lane) => lane === 0)).toHaveLength(0);
    expect(taken.filter((lane) => lane === 1)).toHaveLength(LANE_WINDOW);
  });

  it('continues where an earlier run stopped', () => {
    const earlier = createLanes(whole([300, 200]));
    for (let step = 0; step < 3; step += 1) earlier.take(NOW);
    earlier.defer(1, [2, NOW]);
    const { taken, waiting } = earlier.state();
    expect({ taken, waiting }).toEqual({ taken: [10, 5], waiting: [[], [[2, NOW]]] });
    const later = createLanes(whole([300, 200]), { cursors: taken });
    expect([later.take(NOW), later.take(NOW)]).toEqual([
      { lane: 0, numbers: [10, 11, 12, 13, 14] },
      { lane: 1, numbers: [5, 6, 7, 8, 9] },
    ]);
  });

  it('hands out exactly the given ranges of a retry', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 60 })), {
          maxLength: 20,
        }),
        (gaps) => {
          let end = 0;
          const runs = gaps.map(([gap, count]): [number, number] => {
            const first = end + gap;
            end = first + count;
            return [first, count];
          });
          const lanes = createLanes([runs]);
          const taken: number[] = [];
          for (let slice; (slice = lanes.take(NOW)) !== null;) {
            taken.push(...slice.numbers);
            lanes.release(slice);
          }
          const expected = runs.flatMap(([first, count]) =>
            Array.from({ length: count }, (_, index) => first + index),
          );
          expect(taken).toEqual(expected);
        },
      ),
    );
  });
});
