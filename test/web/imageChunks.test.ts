import fc from 'fast-check';
import {
  absorb,
  createChunks,
  imagesIn,
  indexOf,
  isComplete,
  keepNear,
  lengthOf,
  locate,
  missingIn,
  outdatedIn,
  withExpected,
  type ImageChunks,
} from '../../web/logic/imageChunks';

interface Image {
  readonly row: number;
  readonly name: string;
}

/** Images of a file whose rows have so many each. */
function imagesOf(counts: readonly number[]): Image[] {
  return counts.flatMap((count, index) =>
    Array.from({ length: count }, (_, link) => ({ row: index + 1, name: `${index + 1}.${link}` })),
  );
}

const create = (rows: number, total: number, isExact = true): ImageChunks<Image> =>
  createChunks(rows, total, { count: total, isExact });

/** Reads the chunks that are missing in a part, as a reader does. @returns also how many calls that took */
function readAll(list: ImageChunks<Image>, all: readonly Image[], from: number, to: number) {
  let read = list;
  let calls = 0;
  for (;;) {
    const chunk = missingIn(read, { from, to });
    if (chunk === null) return { list: read, calls };
    calls += 1;
    const first = chunk * read.rowsPerChunk + 1;
    const until = Math.min(first + read.rowsPerChunk, read.rows + 1);
    const images = all.filter(({ row }) => row >= first && row < until);
    read = absorb(read, { from: first, until, images }, calls);
  }
}

describe('the chunks of a list of images', () => {
  it('have the whole length before anything is read', () => {
    expect(lengthOf(create(100_000, 100_000))).toBe(100_000);
    expect(lengthOf(create(1_234, 56_789))).toBe(56_789);
    expect(lengthOf(create(100_000, 7))).toBe(7);
    expect(lengthOf(create(0, 0))).toBe(0);
  });

  it('hold about a hundred images each, and never more rows than one call looks at', () => {
    expect(create(100_000, 100_000).rowsPerChunk).toBe(100);
    expect(create(100_000, 500_000).rowsPerChunk).toBe(20);
    expect(create(10, 5_000).rowsPerChunk).toBe(1);
    expect(create(100_000, 3).rowsPerChunk).toBe(5_000);
  });

  it('show what was read where it is, and nothing elsewhere', () => {
    const all = imagesOf(Array.from({ length: 1_000 }, () => 1));
    const images = all.filter(({ row }) => row > 500 && row <= 700);
    const list = absorb(create(1_000, 1_000), { from: 501, until: 701, images }, 1);
    expect(lengthOf(list)).toBe(1_000);
    expect(imagesIn(list, { from: 498, to: 502 })).toEqual([null, null, all[500], all[501]]);
    expect(imagesIn(list, { from: 699, to: 702 })).toEqual([all[699], null, null]);
  });

  it('keep a chunk unread of which only some rows were read', () => {
    const list = absorb(create(1_000, 1_000), { from: 1, until: 151, images: [] }, 1);
    expect(list.chunks[0]).not.toBeNull();
    expect(list.chunks[1]).toBeNull();
  });

  it('become longer or shorter by what was found, and leave the rest to the others', () => {
    const images = imagesOf([150, ...Array.from({ length: 99 }, () => 0)]);
    const list = absorb(create(1_000, 1_000), { from: 1, until: 101, images }, 1);
    expect(list.starts.slice(0, 3)).toEqual([0, 150, 150 + 94]);
    expect(lengthOf(list)).toBe(1_000);
  });

  it('estimate by what was read when the number is not known', () => {
    const empty = createChunks<Image>(1_000, 1_000, { count: null, isExact: false });
    expect(lengthOf(empty)).toBe(1_000);
    const images = imagesOf([10, ...Array.from({ length: 99 }, () => 0)]);
    expect(lengthOf(absorb(empty, { from: 1, until: 101, images }, 1))).toBe(100);
  });

  it('follow a number that changes while the request runs', () => {
    const list = withExpected(create(1_000, 1_000), { count: 300, isExact: true });
    expect(lengthOf(list)).toBe(300);
  });

  it('are not read where there can be no others', () => {
    const all = imagesOf([3, ...Array.from({ length: 99_999 }, () => 0)]);
    const exact = createChunks<Image>(100_000, 100_000, { count: 3, isExact: true });
    expect(readAll(exact, all, 0, 3).calls).toBe(1);
  });

  it('are all read before a list that may have others ends', () => {
    const all = imagesOf([3, ...Array.from({ length: 999 }, () => 0)]);
    const list = createChunks<Image>(1_000, 1_000, { count: 3, isExact: false });
    const read = readAll(list, all, 0, 10);
    expect(read.calls).toBe(10);
    expect(isComplete(read.list)).toBe(true);
  });

  it('drop images far from what is shown, but not their number, and read them again', () => {
    const counts = Array.from({ length: 10_000 }, () => 1);
    const all = imagesOf(counts);
    const full = absorb(create(10_000, 10_000), { from: 1, until: 10_001, images: all }, 1);
    const near = keepNear(full, { from: 5_000, to: 5_020 });
    const kept = near.chunks.flatMap((chunk) => chunk?.images ?? []);
    expect(kept.length).toBeLessThanOrEqual(2_300);
    expect(kept[0]?.row).toBeLessThan(4_100);
    expect(lengthOf(near)).toBe(10_000);
    expect(missingIn(near, { from: 5_000, to: 5_020 })).toBeNull();
    expect(missingIn(near, { from: 0, to: 10 })).toBe(0);
  });

  it('tell which of the shown ones were read before a change', () => {
    const all = imagesOf(Array.from({ length: 400 }, () => 1));
    const first = all.filter(({ row }) => row <= 200);
    const old = absorb(create(400, 400), { from: 1, until: 201, images: first }, 1);
    const rest = all.filter(({ row }) => row > 200);
    const list = absorb(old, { from: 201, until: 401, images: rest }, 2);
    expect(outdatedIn(list, { from: 150, to: 250 }, 2)).toEqual([1, 1]);
    expect(outdatedIn(list, { from: 250, to: 300 }, 2)).toBeNull();
  });

  it('give every image its place, whatever their rows hold and wherever one begins to read', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (counts, start) => {
          const all = imagesOf(counts);
          const from = Math.floor(start * all.length);
          const middle = readAll(create(counts.length, all.length), all, from, from + 20).list;
          const { list } = readAll(middle, all, 0, all.length);
          expect(imagesIn(list, { from: 0, to: all.length })).toEqual(all);
        },
      ),
    );
  });

  it('keep an anchor at the same image when chunks before it turn out to be longer', () => {
    const counts = Array.from({ length: 1_000 }, (_, index) => (index < 100 ? 5 : 1));
    const all = imagesOf(counts);
    const total = all.length;
    const shown = readAll(create(1_000, total), all, 1_000, 1_020).list;
    const [image] = imagesIn(shown, { from: 1_000, to: 1_001 });
    const anchor = locate(shown, 1_000);
    const { list } = readAll(shown, all, 0, 900);
    const index = indexOf(list, anchor);
    expect(index).not.toBe(1_000);
    expect(imagesIn(list, { from: index, to: index + 1 })).toEqual([image]);
  });

  it('move an anchor to the next chunk when its own became too short', () => {
    const list = create(1_000, 1_000);
    const anchor = locate(list, 250);
    const shorter = absorb(list, { from: 201, until: 301, images: imagesOf([]) }, 1);
    expect(indexOf(shorter, anchor)).toBe(shorter.starts[3]);
  });
});
