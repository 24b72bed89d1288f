/**
 * Decides which images come next. Images are numbered per lane (one host, or several that share a lane by hash).
 * Slices are taken from the lanes in turn, and only a limited number at once from each, so that a slow host does
 * not delay the others.
 */

/** The most slices in flight from one request. */
export const REQUEST_WINDOW = 64;

/** The fewest and the most slices in flight from one lane. */
export const LANE_WINDOW = 8;
const WIDEST_LANE = 32;

/** Images in flight from one lane: what a crash may cost. As many as in the fewest slices of the largest size. */
const LANE_IMAGES = 200;

const MAX_SLICE = 25;

/**
 * The most images that may wait for another attempt before a lane (or the request) stops starting new ones.
 * Waiting images are carried into the next run: 20,000 take about 400 KB of its 2 MB input.
 */
const LANE_WAITING = 2_000;
const REQUEST_WAITING = 20_000;

/** In small requests every image is its own activity; large ones save load on the server (decisions/slices.md). */
export function sliceSizeOf(images: number): number {
  return Math.min(Math.max(Math.ceil(images / 100), 1), MAX_SLICE);
}

/**
 * The most slices in flight from one lane, for slices of this size. Several workers take them at random: with few of
 * them, some workers would have none (decisions/slices.md).
 */
export function laneWindowOf(sliceSize: number): number {
  return Math.min(Math.max(Math.floor(LANE_IMAGES / sliceSize), LANE_WINDOW), WIDEST_LANE);
}

export interface Slice {
  readonly lane: number;
  /** Numbers of the images in the lane. */
  readonly numbers: readonly number[];
}

/**
 * The numbers of a lane to be processed, ascending, as ranges: each pair is a first number and a count. The first
 * round has one pair; a retry has one for every run of failed images.
 */
export type IndexRanges = readonly (readonly [first: number, count: number])[];

/** An image to be attempted again; `due` in milliseconds since the epoch. */
export type WaitingImage = readonly [number: number, due: number];

/** State carried into the next run, by lane. Its names are kept in histories. */
export interface LanesState {
  /** The lane's cursor: how many of its numbers have been put into slices. */
  readonly taken: readonly number[];
  readonly waiting: readonly (readonly WaitingImage[])[];
}

interface Lane {
  ranges: IndexRanges;
  size: number;
  /** How many of the lane's numbers have been put into slices. */
  cursor: number;
  slicesInFlight: number;
  waiting: WaitingImage[];
}

export interface Lanes {
  /** Takes the next slice from a lane with capacity: retries that are due first, then new images. */
  take(now: number): Slice | null;
  /** Releases the capacity that a taken slice used. */
  release(slice: Slice): void;
  /** Returns an image, to be put into a slice once it is due. */
  defer(lane: number, image: WaitingImage): void;
  /** Extends lanes whose images are still being recorded. @param sizes images per lane so far */
  grow(sizes: readonly number[]): void;
  /** When the next waiting image is due; `null` when none is waiting. */
  nextDue(): number | null;
  /** Whether no new and no waiting image is left; slices may still be in flight. */
  isEmpty(): boolean;
  state(): LanesState;
}

function newLane(ranges: IndexRanges, cursor: number): Lane {
  return { ranges, size: sizeOf(ranges), cursor, slicesInFlight: 0, waiting: [] };
}

function sizeOf(ranges: IndexRanges): number {
  return ranges.reduce((sum, [, count]) => sum + count, 0);
}

/** Returns up to `count` numbers after the first `skip`. */
function numbersAfter(ranges: IndexRanges, skip: number, count: number): number[] {
  const numbers: number[] = [];
  let before = 0;
  for (const [first, length] of ranges) {
    const from = Math.max(skip - before, 0);
    const to = Math.min(length, skip - before + count);
    for (let offset = from; offset < to; offset += 1) numbers.push(first + offset);
    before += length;
    if (before >= skip + count) break;
  }
  return numbers;
}

export interface LanesOptions {
  /** Where an earlier run stopped, per lane; empty for a first run. */
  readonly cursors?: readonly number[] | undefined;
  /** The number of images, when the lanes are still to grow. */
  readonly expected?: number | undefined;
  /** Slices in flight from one lane, for slices of a size. */
  readonly windowOf?: (sliceSize: number) => number;
}

/** @param numbers the images to process, per lane */
export function createLanes(
  numbers: readonly IndexRanges[],
  {
    cursors = [],
    expected = numbers.reduce((sum, ranges) => sum + sizeOf(ranges), 0),
    windowOf = laneWindowOf,
  }: LanesOptions = {},
): Lanes {
  const lanes = numbers.map((ranges, index) => newLane(ranges, cursors[index] ?? 0));
  const sliceSize = sliceSizeOf(expected);
  const laneWindow = windowOf(sliceSize);
  let inFlight = 0;
  let waiting = 0;
  let turn = 0;

  function numbersOf(lane: Lane, now: number): number[] {
    const due = lane.waiting.filter((image) => image[1] <= now).slice(0, sliceSize);
    if (due.length > 0) {
      lane.waiting = lane.waiting.filter((image) => !due.includes(image));
      waiting -= due.length;
      return due.map(([number]) => number);
    }
    if (lane.waiting.length >= LANE_WAITING || waiting >= REQUEST_WAITING) return [];
    const numbers = numbersAfter(lane.ranges, lane.cursor, sliceSize);
    lane.cursor += numbers.length;
    return numbers;
  }

  return {
    take(now) {
      if (inFlight >= REQUEST_WINDOW) return null;
      const order = [...lanes.slice(turn), ...lanes.slice(0, turn)];
      for (const lane of order) {
        if (lane.slicesInFlight >= laneWindow) continue;
        const numbers = numbersOf(lane, now);
        if (numbers.length === 0) continue;
        const index = lanes.indexOf(lane);
        turn = (index + 1) % lanes.length;
        lane.slicesInFlight += 1;
        inFlight += 1;
        return { lane: index, numbers };
      }
      return null;
    },
    release(slice) {
      const lane = lanes[slice.lane];
      if (lane !== undefined) lane.slicesInFlight -= 1;
      inFlight -= 1;
    },
    defer(index, image) {
      lanes[index]?.waiting.push(image);
      waiting += 1;
    },
    grow(sizes) {
      for (const [index, size] of sizes.entries()) {
        const lane = (lanes[index] ??= newLane([], 0));
        if (size > lane.size) Object.assign(lane, { ranges: [[0, size]], size });
      }
    },
    nextDue() {
      if (waiting === 0) return null;
      return lanes
        .flatMap((lane) => lane.waiting)
        .reduce((least, [, due]) => Math.min(least, due), Infinity);
    },
    isEmpty: () => waiting === 0 && lanes.every((lane) => lane.cursor >= lane.size),
    state: () => ({
      taken: lanes.map((lane) => lane.cursor),
      waiting: lanes.map((lane) => lane.waiting),
    }),
  };
}
