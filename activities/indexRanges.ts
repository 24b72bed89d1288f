/** A first number and how many follow on it, itself included. */
export type IndexRange = [first: number, count: number];

/** As many take about 150 KB of the workflow's history, which warns from 256 KB on. */
const MAX_RUNS = 10_000;

/**
 * Bounds how many runs stand in a payload, by closing the smallest gaps: the numbers between are worked on
 * as well, and found done.
 */
export function coalesceRanges(lanes: readonly (readonly IndexRange[])[]): IndexRange[][] {
  for (let gap = 0; ; gap = gap * 2 + 1) {
    const closed = lanes.map((runs) => closeGaps(runs, gap));
    const total = closed.reduce((sum, runs) => sum + runs.length, 0);
    if (total <= Math.max(MAX_RUNS, lanes.length)) return closed;
  }
}

function closeGaps(runs: readonly IndexRange[], gap: number): IndexRange[] {
  const closed: IndexRange[] = [];
  for (const [first, count] of runs) {
    const before = closed.at(-1);
    if (before !== undefined && first - (before[0] + before[1]) <= gap) {
      before[1] = first + count - before[0];
    } else {
      closed.push([first, count]);
    }
  }
  return closed;
}
