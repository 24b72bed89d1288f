import { Context } from '@temporalio/activity';
import { createFairSemaphore } from '../src/images/fairSemaphore';
import { imageRef, type Attempt } from '../src/records/images';
import type { WorkerMetrics } from '../src/telemetry/metrics/worker';
import type { ImageRecord, RequestRecord } from '../src/records/types';
import { attemptImage, dueInMs, isDue, recordAttempts, requireOpenRound, tallyOf } from './attempt';
import type { ActivityDependencies } from './dependencies';
import { interrupted, workersDied } from './failure';
import { withHeartbeat } from './heartbeat';
import { startTimeline } from './timeline';
import type { ImageRequestActivities, SliceInput, SliceOutcome } from './types';

/** Workers crash for many reasons: a slice becomes suspect after two crashes, and is then split after one. */
const CRASHES_OF_SLICE = 2;

/** Crashes after which an image that runs alone is failed. */
const CRASH_BUDGET = 3;

function crashesAllowed({ suspect, numbers }: SliceInput): number {
  if (!suspect) return CRASHES_OF_SLICE;
  return numbers.length > 1 ? 1 : Infinity;
}

/** These do not count as attempts: the worker failed, not the download. */
function givenUp(
  images: ReadonlyMap<string, ImageRecord>,
  crashes: number,
  metrics: WorkerMetrics,
): Attempt[] {
  return [...images].flatMap(([ref, { status, attempts: at, places, timeline }]) => {
    if (status !== 'pending') return [];
    const message = `Worker crashed ${crashes} times while processing this image alone`;
    metrics.imageFailed('failed', 'internal');
    const failure = { code: 'internal', message } as const;
    return [{ ref, at, places, timeline: startTimeline().end(timeline), failure }];
  });
}

/**
 * Makes one attempt at every image of a slice, several at once, recorded by one bulk write. When it runs again after
 * a crash, it skips images that are done.
 */
export function createProcessImages(
  deps: ActivityDependencies,
): ImageRequestActivities['processImages'] {
  const { records, metrics } = deps;
  // One at a time over all requests: with two suspects running, a crash could not be attributed.
  const suspects = createFairSemaphore(1);

  return (input) =>
    withHeartbeat(
      (signal, crashes) => processSlice(input, signal, crashes),
      input.suspect ? (signal) => suspects.acquire(1, signal, [input.requestId]) : undefined,
    );

  async function processSlice(
    input: SliceInput,
    signal: AbortSignal,
    crashes: number,
  ): Promise<SliceOutcome> {
    const { requestId, round, lane, numbers, progress, suspect } = input;
    if (crashes >= crashesAllowed(input)) throw workersDied(crashes);
    metrics.sliceStarted(Context.current().info.currentAttemptScheduledTimestampMs);
    const refs = new Map(numbers.map((number) => [imageRef(lane, number), number]));
    const [request, before] = await Promise.all([
      requireOpenRound(deps, input),
      records.images.findMany(requestId, [...refs.keys()]),
      records.rounds.recordProgress(requestId, round, progress),
    ]);
    const { attempts, thrown } =
      suspect && crashes >= CRASH_BUDGET
        ? { attempts: givenUp(before, crashes, metrics), thrown: [] }
        : await attemptAll(request, before, signal);
    const after = await recordAttempts(deps, input, before, attempts);
    if (thrown.length > 0) throw signal.aborted ? interrupted() : thrown[0];
    return outcomeOf(after, refs, round);
  }

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

function outcomeOf(
  images: ReadonlyMap<string, ImageRecord>,
  numbers: ReadonlyMap<string, SliceInput['numbers'][number]>,
  round: number,
): SliceOutcome {
  const waiting = [...images].flatMap(([ref, image]) => {
    const number = numbers.get(ref);
    return image.status === 'pending' && number !== undefined
      ? [[number, dueInMs(image)] as const]
      : [];
  });
  return { ...tallyOf(images.values(), round), waiting };
}
