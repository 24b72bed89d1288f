import { imageRef } from '../src/records/images';
import type { ImageRecord } from '../src/records/types';
import { applied, attemptImage, dueInMs, isDue, requireOpenRound, tallyOf } from './attempt';
import type { ActivityDependencies } from './dependencies';
import { imageGivenUp, imageWaits, interrupted, roundClosed, workersDied } from './failure';
import { withHeartbeat } from './heartbeat';
import type { ImageRequestActivities, Tally } from './types';

/** From then on it is looked at as a suspect slice is. */
const CRASHES_ALLOWED = 2;

/**
 * One more attempt at one image that failed before. A failure that may pass is thrown for Temporal to
 * retry; the last one is recorded and thrown for good, so that the Web UI shows it red.
 */
export function createProcessImage(
  deps: ActivityDependencies,
): ImageRequestActivities['processImage'] {
  const { records } = deps;

  return (input) =>
    withHeartbeat(async (signal, crashes) => {
      if (crashes >= CRASHES_ALLOWED) throw workersDied(crashes);
      const { requestId, round } = input;
      const ref = imageRef(input.lane, input.number);
      const request = await requireOpenRound(deps, input);
      const image = await find(requestId, ref);
      if (image === undefined) throw roundClosed(requestId, round);
      if (!isDue(image, Date.now())) return tallyFor(image, round);
      const attempt = await attemptImage(deps, request, ref, image, signal).catch(
        (error: unknown) => {
          throw signal.aborted ? interrupted() : error;
        },
      );
      const recorded = await records.images.record(requestId, round, [attempt]);
      const after = applied(image, attempt);
      if (recorded === 0) return tallyFor((await find(requestId, ref)) ?? after, round);
      if (after.status === 'failed' && after.error !== null) {
        throw imageGivenUp(after.error, tallyOf([after], round));
      }
      return tallyFor(after, round);
    });

  async function find(requestId: string, ref: string): Promise<ImageRecord | undefined> {
    return (await records.images.findMany(requestId, [ref])).get(ref);
  }

  function tallyFor(image: ImageRecord, round: number): Tally {
    if (image.status === 'pending' && image.error !== null) {
      throw imageWaits(image.error, dueInMs(image));
    }
    return tallyOf([image], round);
  }
}
