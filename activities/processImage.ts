import { imageRef } from '../src/records/images';
import type { ImageRecord } from '../src/records/types';
import { attemptImage, dueInMs, isDue, recordAttempts, requireOpenRound, tallyOf } from './attempt';
import type { ActivityDependencies } from './dependencies';
import { imageGivenUp, imageWaits, interrupted, roundClosed, workersDied } from './failure';
import { withHeartbeat } from './heartbeat';
import type { ImageRequestActivities, Tally } from './types';

/** After this many crashes the image is handled as a suspect. */
const CRASHES_ALLOWED = 2;

/**
 * Makes another attempt at one image that failed before. A retryable failure is thrown for Temporal to retry; the
 * last one is recorded and thrown as non-retryable, so that the Web UI shows it in red.
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
      if (!isDue(image, Date.now())) return tallyOrWait(image, round);
      const attempt = await attemptImage(deps, request, ref, image, signal).catch(
        (error: unknown) => {
          throw signal.aborted ? interrupted() : error;
        },
      );
      const images = await recordAttempts(deps, input, new Map([[ref, image]]), [attempt]);
      const after = images.get(ref) ?? image;
      if (after.status === 'failed' && after.error !== null) {
        throw imageGivenUp(after.error, tallyOf([after], round));
      }
      return tallyOrWait(after, round);
    });

  async function find(requestId: string, ref: string): Promise<ImageRecord | undefined> {
    return (await records.images.findMany(requestId, [ref])).get(ref);
  }

  function tallyOrWait(image: ImageRecord, round: number): Tally {
    if (image.status === 'pending' && image.error !== null) {
      throw imageWaits(image.error, dueInMs(image));
    }
    return tallyOf([image], round);
  }
}
