import { imageRef } from '../src/records/images';
import type { ImageRecord } from '../src/records/types';
import { requireOpenRound } from './attempt';
import type { ActivityDependencies } from './dependencies';
import { interrupted } from './failure';
import { withHeartbeat } from './heartbeat';
import { coalesceRanges, type IndexRange } from './indexRanges';
import type { ImageRequestActivities } from './types';

/** Images read and reopened at once, by key. */
const BATCH = 1_000;

/** The first step of a retry: lets images that did not succeed be tried again, with all attempts. */
export function createReopenImages(
  deps: ActivityDependencies,
): ImageRequestActivities['reopenImages'] {
  const { records } = deps;

  return (input) =>
    withHeartbeat(async (signal) => {
      const { requestId, round } = input;
      const { lanes } = await requireOpenRound(deps, input);
      const reopened: IndexRange[][] = [];
      for (const [lane, size] of lanes.entries()) {
        const ranges: IndexRange[] = [];
        for (let first = 0; first < size; first += BATCH) {
          if (signal.aborted) throw interrupted();
          const end = Math.min(first + BATCH, size);
          for (const number of await reopen(requestId, round, lane, first, end)) {
            const last = ranges.at(-1);
            if (last !== undefined && last[0] + last[1] === number) last[1] += 1;
            else ranges.push([number, 1]);
          }
        }
        reopened.push(ranges);
      }
      return coalesceRanges(reopened);
    });

  /** @returns the numbers of the images to process, ascending */
  async function reopen(
    requestId: string,
    round: number,
    lane: number,
    first: number,
    last: number,
  ): Promise<number[]> {
    const numbers = Array.from({ length: last - first }, (_, index) => first + index);
    const images = await records.images.findMany(
      requestId,
      numbers.map((number) => imageRef(lane, number)),
    );
    const open = numbers.filter((number) => isOpen(images.get(imageRef(lane, number)), round));
    const refs = open.map((number) => imageRef(lane, number));
    if (refs.length > 0) await records.images.reopen(requestId, round, refs);
    return open;
  }
}

/** Includes images that this round has finished, in case this activity runs twice: they must be counted. */
function isOpen(image: ImageRecord | undefined, round: number): boolean {
  return image !== undefined && (image.status !== 'succeeded' || image.round === round);
}
