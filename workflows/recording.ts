import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
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

/** What a run that continues as new tells the next one of its recording. Its names are kept in histories. */
export interface CarriedRecording {
  /** While rows are still to be recorded: the images per lane that are recorded so far. */
  readonly recorded?: readonly number[];
  /** Why rows could not be recorded, if that is so. */
  readonly recordingFailure?: string;
}

/** Without anything carried, it is done: a first run learns only from `acceptRequest` that it is not. */
export function createRecording({ recorded, recordingFailure }: CarriedRecording = {}): Recording {
  return {
    sizes: recorded ?? [],
    isDone: recorded === undefined,
    failure: recordingFailure ?? null,
  };
}

export function carriedOf({ sizes, isDone, failure }: Recording): CarriedRecording {
  return {
    ...(!isDone && { recorded: sizes }),
    ...(failure !== null && { recordingFailure: failure }),
  };
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
  // A scope gets the cancellations of the one in which it is created.
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

  let isInterrupted = false;

  async function record(): Promise<void> {
    if (recording.isDone) return;
    try {
      const { lanes, late } = await scope.run(() => recordSheet(ref));
      grow(recording, lanes);
      add(run, { ...late, bytesIn: 0, bytesOut: 0 });
    } catch (error) {
      // Temporal does not retry an activity that it was asked to cancel, whatever it failed of: the next one goes on.
      if (isInterrupted && !isFinal(error)) return;
      grow(recording, lanesOf(error));
      recording.failure = causeOf(error)?.message ?? reasonOf(error);
      log.error('Rows could not be recorded', { ...ref, reason: recording.failure });
    }
    recording.isDone = true;
  }

  const ended = record();
  return {
    ended,
    interrupt() {
      isInterrupted = true;
      scope.cancel();
      return ended;
    },
  };
}

/** The failures after which no other attempt can record the rest. */
const FINAL = ['sheet_lost', 'round_closed'];

function causeOf(error: unknown): ApplicationFailure | null {
  const isKnown = error instanceof ActivityFailure && error.cause instanceof ApplicationFailure;
  return isKnown ? error.cause : null;
}

function isFinal(error: unknown): boolean {
  return FINAL.includes(causeOf(error)?.type ?? '');
}

/** The images per lane that are recorded, of which the signals may have told fewer. */
function lanesOf(error: unknown): readonly number[] {
  const [lanes] = (causeOf(error)?.details ?? []) as [(readonly number[])?];
  return lanes ?? [];
}
