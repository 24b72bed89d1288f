/**
 * Which images come next. Images are numbered per lane (one host, or several that share by hash); slices
 * are taken round the lanes, and only so many at once from each, so that a slow host does not hold up others.
 */

/** Slices in flight from one lane, and from one request. A worker holds a multiple of the first. */
export const LANE_WINDOW = 8;
export const REQUEST_WINDOW = 64;

const MAX_SLICE = 25;

/**
 * Images that wait for another attempt; above it a lane (or the request) starts no new image until some
 * are through. Waiting images are carried into the next run: 20,000 take about 400 KB of its 2 MB input.
 */
const LANE_WAITING = 2_000;
const REQUEST_WAITING = 20_000;

/** Small requests show every image as its own activity; large ones spare the server (decisions/slices.md). */
export function sliceSizeOf(images: number): number {
  return Math.min(Math.max(Math.ceil(images / 100), 1), MAX_SLICE);
}

export interface Slice {
  readonly lane: number;
  /** The images' numbers in the lane. */
  readonly numbers: readonly number[];
}

/**
 * The numbers of a lane that are to be worked on, ascending: each pair is a first number and how many follow
 * on it, itself included. A first round has one pair, a retry as many as its failures leave gaps.
 */
export type IndexRanges = readonly (readonly [first: number, count: number])[];

/** A failed attempt that is to be repeated; `due` in milliseconds since the epoch. */
export type WaitingImage = readonly [number: number, due: number];

/** What a run hands to the next one, by lane. */
export interface LanesState {
  /** How many of the lane's numbers slices have taken. */
  readonly taken: readonly number[];
  readonly waiting: readonly (readonly WaitingImage[])[];
}

interface Lane {
  readonly runs: IndexRanges;
  readonly size: number;
  taken: number;
  /** Slices in flight. */
  held: number;
  waiting: WaitingImage[];
}

export interface Lanes {
  /** Takes the next slice whose lane has room: retries that are due first, then new images. */
  take(now: number): Slice | null;
  /** Gives back the place that a taken slice held. */
  release(slice: Slice): void;
  /** Puts an image back, to be taken in a slice once it is due. */
  defer(lane: number, image: WaitingImage): void;
  /** When the next waiting image is due; `null` when none waits. */
  nextDue(): number | null;
  /** No new image and no waiting one is left (slices may still be in flight). */
  isEmpty(): boolean;
  state(): LanesState;
}

function sizeOf(runs: IndexRanges): number {
  return runs.reduce((sum, [, count]) => sum + count, 0);
}

/** Up to `count` numbers, behind the first `skip`. */
function numbersBehind(runs: IndexRanges, skip: number, count: number): number[] {
  const numbers: number[] = [];
  let before = 0;
  for (const [first, length] of runs) {
    const from = Math.max(skip - before, 0);
    const to = Math.min(length, skip - before + count);
    for (let offset = from; offset < to; offset += 1) numbers.push(first + offset);
    before += length;
    if (before >= skip + count) break;
  }
  return numbers;
}

/**
 * @param numbers what is to be worked on, per lane
 * @param taken where an earlier run left off, per lane; nothing for a first run
 */
export function createLanes(numbers: readonly IndexRanges[], taken: readonly number[] = []): Lanes {
  const lanes = numbers.map<Lane>((runs, index) => ({
    runs,
    size: sizeOf(runs),
    taken: taken[index] ?? 0,
    held: 0,
    waiting: [],
  }));
  const sliceSize = sliceSizeOf(lanes.reduce((sum, { size }) => sum + size, 0));
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
    const numbers = numbersBehind(lane.runs, lane.taken, sliceSize);
    lane.taken += numbers.length;
    return numbers;
  }

  return {
    take(now) {
      if (inFlight >= REQUEST_WINDOW) return null;
      const order = [...lanes.slice(turn), ...lanes.slice(0, turn)];
      for (const lane of order) {
        if (lane.held >= LANE_WINDOW) continue;
        const numbers = numbersOf(lane, now);
        if (numbers.length === 0) continue;
        const index = lanes.indexOf(lane);
        turn = (index + 1) % lanes.length;
        lane.held += 1;
        inFlight += 1;
        return { lane: index, numbers };
      }
      return null;
    },
    release(slice) {
      const lane = lanes[slice.lane];
      if (lane !== undefined) lane.held -= 1;
      inFlight -= 1;
    },
    defer(index, image) {
      lanes[index]?.waiting.push(image);
      waiting += 1;
    },
    nextDue() {
      if (waiting === 0) return null;
      return lanes
        .flatMap((lane) => lane.waiting)
        .reduce((least, [, due]) => Math.min(least, due), Infinity);
    },
    isEmpty: () => waiting === 0 && lanes.every((lane) => lane.taken >= lane.size),
    state: () => ({
      taken: lanes.map((lane) => lane.taken),
      waiting: lanes.map((lane) => lane.waiting),
    }),
  };
}
