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

/** The first step of a retry: what did not succeed may be tried again, with all its attempts. */
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
        const runs: IndexRange[] = [];
        for (let first = 0; first < size; first += BATCH) {
          if (signal.aborted) throw interrupted();
          const last = Math.min(first + BATCH, size);
          for (const number of await reopen(requestId, round, lane, first, last)) {
            const run = runs.at(-1);
            if (run !== undefined && run[0] + run[1] === number) run[1] += 1;
            else runs.push([number, 1]);
          }
        }
        reopened.push(runs);
      }
      return coalesceRanges(reopened);
    });

  /** @returns the numbers of the images that are to be worked on, ascending */
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

/** Also what this round has done already, should this activity run twice: it is to be counted. */
function isOpen(image: ImageRecord | undefined, round: number): boolean {
  return image !== undefined && (image.status !== 'succeeded' || image.round === round);
}
