import {
  ActivityCancellationType,
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { ImageRequestActivities, RoundRef } from '../activities/types';
import { reasonOf } from './failures';
import { sheetsTaskQueueOf } from './names';
import { add, type Run } from './run';

/** The recording of a large sheet, during which the images recorded so far are processed. */
export interface Recording {
  /** Images per lane that are recorded so far. */
  sizes: readonly number[];
  isDone: boolean;
  /** Why rows could not be recorded; `null`: they are, or will be. */
  failure: string | null;
}

/** A recording that is done, as of a sheet that was recorded before this run. */
export function noRecording(): Recording {
  return { sizes: [], isDone: true, failure: null };
}

/** Adds what the activity has told. Signals may be repeated, late, or overtaken by the activity's result. */
export function grow(recording: Recording, sizes: readonly number[]): void {
  if (recording.isDone) return;
  recording.sizes = sizes.map((size, lane) => Math.max(size, recording.sizes[lane] ?? 0));
}

export interface RecordingTask {
  /** Resolves when all rows are recorded, cannot be, or the task was interrupted. */
  readonly ended: Promise<void>;
  /** Stops the activity, so that the next run can continue it. */
  interrupt(): Promise<void>;
}

/**
 * Records what is not recorded yet. A cancellation of the request does not stop it: the result of a cancelled request has
 * all of its rows.
 */
export async function startRecording(
  ref: RoundRef,
  run: Run,
  recording: Recording,
): Promise<RecordingTask> {
  const scope = await CancellationScope.nonCancellable(() =>
    Promise.resolve(new CancellationScope()),
  );
  const { recordSheet } = proxyActivities<ImageRequestActivities>({
    taskQueue: sheetsTaskQueueOf(workflowInfo().taskQueue),
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '10 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
  });

  async function record(): Promise<void> {
    if (recording.isDone) return;
    try {
      const { lanes, late } = await scope.run(() => recordSheet(ref));
      grow(recording, lanes);
      add(run, { ...late, bytesIn: 0, bytesOut: 0 });
    } catch (error) {
      if (isCancellation(error)) return;
      recording.failure = reasonOf(error);
      log.error('Rows could not be recorded', { ...ref, reason: recording.failure });
    }
    recording.isDone = true;
  }

  const ended = record();
  return {
    ended,
    interrupt() {
      scope.cancel();
      return ended;
    },
  };
}
