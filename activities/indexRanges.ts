/** A first number and a count. */
export type IndexRange = [first: number, count: number];

/** They take about 150 KB of the workflow's history; Temporal warns from 256 KB on. */
const MAX_RANGES = 10_000;

/**
 * Limits the number of ranges in a payload by closing the smallest gaps. The numbers in a closed gap are processed as
 * well, and found done.
 */
export function coalesceRanges(lanes: readonly (readonly IndexRange[])[]): IndexRange[][] {
  for (let gap = 0; ; gap = gap * 2 + 1) {
    const closed = lanes.map((ranges) => closeGaps(ranges, gap));
    const total = closed.reduce((sum, ranges) => sum + ranges.length, 0);
    if (total <= Math.max(MAX_RANGES, lanes.length)) return closed;
  }
}

function closeGaps(ranges: readonly IndexRange[], gap: number): IndexRange[] {
  const closed: IndexRange[] = [];
  for (const [first, count] of ranges) {
    const before = closed.at(-1);
    if (before !== undefined && first - (before[0] + before[1]) <= gap) {
      before[1] = first + count - before[0];
    } else {
      closed.push([first, count]);
    }
  }
  return closed;
}
