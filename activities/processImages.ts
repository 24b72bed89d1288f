import { imageRef, type Attempt } from '../src/records/images';
import type { ImageRecord, RequestRecord } from '../src/records/types';
import { applied, attemptImage, dueInMs, isDue, openRound, tallyOf } from './attempt';
import type { ActivityDependencies } from './dependencies';
import { interrupted } from './failure';
import { withHeartbeat } from './heartbeat';
import type { ImageRequestActivities, SliceInput, SliceOutcome } from './types';

/**
 * One attempt at every image of a slice, several at once, recorded by one bulk write. Run again after a
 * crash, it works only on the images that are not done.
 */
export function createProcessImages(
  deps: ActivityDependencies,
): ImageRequestActivities['processImages'] {
  const { records } = deps;

  return (input) =>
    withHeartbeat(async (signal) => {
      const { requestId, round, lane, numbers, progress } = input;
      const refs = new Map(numbers.map((number) => [imageRef(lane, number), number]));
      const [request, before] = await Promise.all([
        openRound(deps, input),
        records.images.findMany(requestId, [...refs.keys()]),
        records.requests.recordProgress(requestId, round, progress),
      ]);
      const { attempts, thrown } = await attemptAll(request, before, signal);
      const recorded = await records.images.record(requestId, round, attempts);
      if (thrown.length > 0) throw signal.aborted ? interrupted() : thrown[0];

      const after =
        recorded === attempts.length
          ? applyAll(before, attempts)
          : // A twin of this activity was there first: what it recorded counts.
            await records.images.findMany(requestId, [...refs.keys()]);
      return outcomeOf(after, refs);
    });

  async function attemptAll(
    request: RequestRecord,
    images: ReadonlyMap<string, ImageRecord>,
    signal: AbortSignal,
  ): Promise<{ attempts: Attempt[]; thrown: unknown[] }> {
    const now = Date.now();
    const due = [...images].filter(([, image]) => isDue(image, now));
    const settled = await Promise.allSettled(
      due.map(([ref, image]) => attemptImage(deps, request, ref, image, signal)),
    );
    return {
      attempts: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
      thrown: settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])),
    };
  }
}

function applyAll(
  images: ReadonlyMap<string, ImageRecord>,
  attempts: readonly Attempt[],
): Map<string, ImageRecord> {
  const after = new Map(images);
  for (const attempt of attempts) {
    const image = images.get(attempt.ref);
    if (image !== undefined) after.set(attempt.ref, applied(image, attempt));
  }
  return after;
}

function outcomeOf(
  images: ReadonlyMap<string, ImageRecord>,
  numbers: ReadonlyMap<string, SliceInput['numbers'][number]>,
): SliceOutcome {
  const waiting = [...images].flatMap(([ref, image]) => {
    const number = numbers.get(ref);
    return image.status === 'pending' && number !== undefined
      ? [[number, dueInMs(image)] as const]
      : [];
  });
  return { ...tallyOf(images.values()), waiting };
}
