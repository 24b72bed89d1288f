import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  patched,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ImageRequestActivities, RoundRef, Tally } from '../activities/types';
import {
  createLanes,
  LANE_WINDOW,
  laneWindowOf,
  type LanesState,
  type IndexRanges,
  type Slice,
  type WaitingImage,
} from './lanes';
import { imagesTaskQueueOf, WORKER_CRASH } from './names';
import type { Recording } from './recording';
import { add, progressOf, type Run } from './run';

/** Up to this many images are retried as an activity each; more are gathered into slices. */
const SINGLE_RETRIES = 100;

/** Long enough for any slice; the heartbeat timeout detects dead workers. */
const START_TO_CLOSE = '1 hour';
const HEARTBEAT_TIMEOUT = '10 seconds';

/** In events: see `isHistoryLong`. */
const LONG_HISTORY = 3_500;

/** Slices during which workers crashed. They run one at a time, to find the image that causes crashes. */
export interface Unfinished {
  readonly suspects: readonly Slice[];
}

export interface Processing extends RoundRef {
  /** The images to process, per lane. */
  readonly numbers: readonly IndexRanges[];
  /** The lanes grow with it. */
  readonly recording: Recording;
  readonly carried: (LanesState & Unfinished) | null;
  /** See `AcceptedRequest.names`. */
  readonly names: readonly (readonly string[])[] | null;
}

/**
 * Processes every image of the request.
 *
 * @returns the remaining work when the history is so long that the run must continue as new; `null` when all is done
 * @throws CancelledFailure once every activity has stopped and recorded what it had done
 */
export async function processImages(
  run: Run,
  processing: Processing,
): Promise<(LanesState & Unfinished) | null> {
  const { requestId, round, recording, carried, names } = processing;
  const lanes = createLanes(processing.numbers, {
    cursors: carried?.taken,
    expected: recording.isDone ? undefined : run.counts.total,
    windowOf: (sliceSize) => {
      const window = laneWindowOf(sliceSize);
      // Runs of older versions have LANE_WINDOW slices of a lane in flight. Not asked where it makes no difference.
      const isWider = window > LANE_WINDOW && run.counts.total > LANE_WINDOW;
      return isWider && patched('wider-lanes') ? window : LANE_WINDOW;
    },
  });
  const suspects: Slice[] = [...(carried?.suspects ?? [])];
  let examining = false as boolean;
  const tasks = new Set<Promise<void>>();
  const retries = new CancellationScope();
  let singles = 0;
  let draining = false;
  let finished = 0;
  let failure: unknown;

  const activities = proxyActivities<ImageRequestActivities>({
    taskQueue: imagesTaskQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: START_TO_CLOSE,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Unlimited: the activity counts download attempts in the image's record and enforces their maximum, so
    // that a crashed worker does not use up an attempt of its images.
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 minutes' },
  });

  function launch(task: Promise<void>): void {
    const settled = task
      .catch((error: unknown) => {
        if (!isCancellation(error)) failure ??= error;
      })
      .finally(() => {
        tasks.delete(settled);
        finished += 1;
      });
    tasks.add(settled);
  }

  function defer(lane: number, image: WaitingImage): void {
    if (draining || singles >= SINGLE_RETRIES) {
      lanes.defer(lane, image);
    } else {
      singles += 1;
      launch(
        retries
          .run(() => retryAlone(lane, image))
          .finally(() => {
            singles -= 1;
          }),
      );
    }
  }

  async function attempt({ lane, numbers }: Slice, suspect: boolean): Promise<void> {
    const summary = summaryOf(names, lane, numbers);
    const outcome = await activities.processImages.executeWithOptions(
      { summary: suspect ? `Alone after worker crashes: ${summary}` : summary },
      [{ requestId, round, lane, numbers, suspect, progress: progressOf(run) }],
    );
    add(run, outcome);
    for (const [number, dueIn] of outcome.waiting) defer(lane, [number, Date.now() + dueIn]);
  }

  async function processSlice(slice: Slice): Promise<void> {
    try {
      await attempt(slice, false);
    } catch (error) {
      if (!isWorkerCrash(error)) throw error;
      suspects.push(slice);
    } finally {
      lanes.release(slice);
    }
  }

  /** Finds the image that crashes workers by bisection; the activity fails a single image itself. */
  async function examine({ lane, numbers }: Slice): Promise<void> {
    examining = true;
    try {
      await attempt({ lane, numbers }, true);
    } catch (error) {
      if (!isWorkerCrash(error)) throw error;
      const middle = Math.ceil(numbers.length / 2);
      const halves = [numbers.slice(0, middle), numbers.slice(middle)];
      suspects.unshift(...halves.map((half) => ({ lane, numbers: half })));
    } finally {
      examining = false;
    }
  }

  async function retryAlone(lane: number, [number, due]: WaitingImage): Promise<void> {
    try {
      await sleep(Math.max(due - Date.now(), 1));
      const tally = await activities.processImage.executeWithOptions(
        { summary: `Retry ${summaryOf(names, lane, [number])}` },
        [{ requestId, round, lane, number }],
      );
      add(run, tally);
    } catch (error) {
      const tally = tallyOf(error);
      if (tally !== null) add(run, tally);
      else if (isWorkerCrash(error)) suspects.push({ lane, numbers: [number] });
      // The next run retries it. The image's record has the exact due time, if that is later than `due`.
      else if (draining) lanes.defer(lane, [number, Math.max(due, Date.now())]);
      else throw error;
    }
  }

  carried?.waiting.forEach((images, lane) => {
    for (const image of images) defer(lane, image);
  });
  try {
    for (;;) {
      if (failure !== undefined) throw failure as Error;
      if (!draining && isHistoryLong()) {
        draining = true;
        retries.cancel();
      }
      const { sizes, isDone } = recording;
      lanes.grow(sizes);
      const now = Date.now();
      for (let slice; !draining && (slice = lanes.take(now)) !== null;) launch(processSlice(slice));
      if (!draining && !examining) {
        const suspect = suspects.shift();
        if (suspect !== undefined) launch(examine(suspect));
      }
      if (tasks.size === 0) {
        if (isDone && lanes.isEmpty() && suspects.length === 0) return null;
        if (draining) return { ...lanes.state(), suspects };
      }
      const seen = finished;
      const isNews = () =>
        finished > seen || recording.sizes !== sizes || recording.isDone !== isDone;
      const due = lanes.nextDue();
      if (draining || due === null || due <= now) await condition(isNews);
      else await condition(isNews, due - now);
    }
  } catch (error) {
    retries.cancel();
    await CancellationScope.nonCancellable(() => Promise.all(tasks));
    throw error;
  }
}

/**
 * Whether the run must continue as new. Temporal suggests it at 4,096 events by default; while slices drain, there are
 * a few hundred more. Runs of older versions wait for the suggestion.
 */
function isHistoryLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || (historyLength >= LONG_HISTORY && patched('earlier-continue'));
}

/** An image that failed for good fails its activity, with its tally in the failure's details. */
function tallyOf(error: unknown): Tally | null {
  if (!(error instanceof ActivityFailure && error.cause instanceof ApplicationFailure)) return null;
  const [tally] = (error.cause.details ?? []) as [Tally?];
  return tally ?? null;
}

function isWorkerCrash(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === WORKER_CRASH
  );
}

/** The activity's summary in the Web UI: the file name, or the images' numbers. */
function summaryOf(names: Processing['names'], lane: number, numbers: readonly number[]): string {
  const first = numbers[0] ?? 0;
  const name = names?.[lane]?.[first];
  if (name !== undefined && numbers.length === 1) return name;
  return numbers.length === 1
    ? `lane ${lane}, image ${first}`
    : `lane ${lane}, ${numbers.length} images from ${first}`;
}
