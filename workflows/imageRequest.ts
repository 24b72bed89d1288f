import {
  ActivityFailure,
  CancelledFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  log,
  proxyActivities,
  setHandler,
  defineQuery,
  defineSignal,
  workflowInfo,
} from '@temporalio/workflow';
import type { AcceptedRequest, ImageRequestActivities, Task } from '../activities/types';
import { reasonOf } from './failures';
import type { LanesState, IndexRanges } from './lanes';
import { FOLLOW_SIGNAL, RECORDED_SIGNAL, STATUS_QUERY, webhooksTaskQueueOf } from './names';
import { processImages, type Unfinished } from './processing';
import {
  carriedOf,
  createRecording,
  grow,
  startRecording,
  type CarriedRecording,
  type Recording,
  type RecordingTask,
} from './recording';
import { outcomeFor, type StatusReport } from '../contract/report';
import type { ByteCounts, Counts } from '../contract/counts';
import { createRun, enter, reportOf, type Run } from './run';

export interface ImageRequestInput {
  readonly requestId: string;
  readonly round: number;
  readonly task: Task;
  /** Identifies the start or signal that carried this input, so that a repeated one is recognized. */
  readonly token: string;
  /** Images per lane. The run of an upload gets them from `acceptRequest`. */
  readonly lanes: readonly number[];
  readonly counts: Counts;
  readonly bytes: ByteCounts;
  /** With `settle`: how the previous run ended, for a person. */
  readonly note?: string;
  /** State carried over from an earlier run of this round; absent in the first run. */
  readonly carried?: CarriedRecording & {
    readonly accepted: AcceptedRequest;
    readonly numbers: readonly IndexRanges[];
    readonly sequence: number;
    readonly left: LanesState & Unfinished;
  };
}

const statusQuery = defineQuery<StatusReport>(STATUS_QUERY);
const followSignal = defineSignal<[ImageRequestInput]>(FOLLOW_SIGNAL);
const recordedSignal = defineSignal<[sizes: readonly number[]]>(RECORDED_SIGNAL);

/** Every activity heartbeats, so that the death of a worker is noticed within seconds. */
const HEARTBEAT_TIMEOUT = '10 seconds';

const records = proxyActivities<ImageRequestActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** These walk over every row of the request, which may take minutes. */
const results = proxyActivities<ImageRequestActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/**
 * Processes one uploaded CSV, from acceptance to the delivered webhook. A cancelled request still gets its result
 * CSV, outcome and webhook, and then shows as Canceled in the Web UI unless every image was already finished.
 * A retry or a redelivery is a run of its own under the same workflow id: a run that is still delivering
 * continues as new with it; otherwise it is started.
 */
export async function imageRequest(input: ImageRequestInput): Promise<StatusReport> {
  const { requestId, round, task, token, carried } = input;
  const ref = { requestId, round };
  const run = createRun(input.counts, input.bytes, carried?.sequence ?? 0);
  const following: { next: ImageRequestInput | null; overtake: () => void } = {
    next: null,
    overtake: () => undefined,
  };
  const work = new CancellationScope();
  const recording = createRecording(carried);
  setHandler(statusQuery, () => reportOf(requestId, run));
  setHandler(followSignal, (next) => {
    // A repeated signal, or one whose sender read the record before this round was opened.
    if (next.token === token || next.round < round) return;
    // The round was cancelled when it had no run yet; since then this run has continued with the round.
    if (next.task === 'settle' && next.round === round) {
      work.cancel();
      return;
    }
    // The sender read the record before the retry was cancelled.
    if (next.task === 'process' && isSettled(next.round)) return;
    following.next = next;
    following.overtake();
  });

  setHandler(recordedSignal, (sizes) => {
    grow(recording, sizes);
  });

  try {
    await carryOut();
  } catch (error) {
    // The next input is sent only after this round was closed in the records: no work of it is left.
    if (following.next === null) throw error;
    log.info('Continuing with the next input', { requestId, round, reason: reasonOf(error) });
  }
  if (following.next !== null) await continueAsNew<typeof imageRequest>(following.next);
  return reportOf(requestId, run);

  /** Whether this run or the next one finalizes the round without processing images. */
  function isSettled(which: number): boolean {
    return [input, following.next].some((one) => one?.task === 'settle' && one.round === which);
  }

  async function carryOut(): Promise<void> {
    const accepted = carried?.accepted ?? (await accept());
    run.searchAttributes = accepted.searchAttributes;
    if (task === 'settle' && accepted.status !== 'processing') {
      // The round ended by itself meanwhile.
      enter(run, accepted.status);
      return;
    }
    if (carried === undefined && accepted.lanes === null) recording.isDone = false;
    const recordingTask = await startRecording(ref, run, recording);
    const cancelled =
      task === 'process' &&
      (await work.run(() => processToEnd(input, run, accepted, recording, recordingTask)));
    await CancellationScope.nonCancellable(async () => {
      await recordingTask.ended;
      // It was interrupted to continue as new, and then the request was cancelled.
      if (!recording.isDone) await (await startRecording(ref, run, recording)).ended;
      if (task === 'deliver') enter(run, accepted.status);
      const webhook = task === 'deliver' || (await close(cancelled));
      if (webhook && following.next === null) await deliver();
    });
    if (cancelled && run.status === 'cancelled' && CancellationScope.current().consideredCancelled)
      throw new CancelledFailure('The request was cancelled; its outcome is recorded');
  }

  function accept(): Promise<AcceptedRequest> {
    return CancellationScope.nonCancellable(() => records.acceptRequest({ ...ref, task }));
  }

  /** @returns whether a webhook is to be delivered */
  async function close(wasCancelled: boolean): Promise<boolean> {
    // The counts come from the records: an activity interrupted by a crash may have recorded more than it
    // returned.
    const { counts, bytes, undone } = await results.buildResult(ref);
    Object.assign(run, { counts, bytes, note: input.note ?? recording.failure });
    // A cancellation that came after the last image changes nothing. Releases before 0.2.0 return no `undone`.
    const stopped = (wasCancelled || task === 'settle') && undone !== 0;
    const status = stopped ? 'cancelled' : outcomeFor(counts);
    const outcome = { status, counts, bytes, note: run.note } as const;
    const { webhook } = await records.recordOutcome({ ...ref, ...outcome });
    enter(run, status);
    return webhook;
  }

  async function deliver(): Promise<void> {
    const scope = new CancellationScope();
    following.overtake = () => {
      scope.cancel();
    };
    try {
      // `activities/deliverWebhook.ts` counts the attempts, sets the pauses and decides when to stop.
      const { deliverWebhook } = proxyActivities<ImageRequestActivities>({
        taskQueue: webhooksTaskQueueOf(workflowInfo().taskQueue),
        startToCloseTimeout: '6 minutes',
        heartbeatTimeout: HEARTBEAT_TIMEOUT,
      });
      await scope.run(() => deliverWebhook(ref));
    } catch (error) {
      if (isCancellation(error)) return;
      if (!(error instanceof ActivityFailure)) throw error;
      // The delivery's record has the reason; the request is finished regardless.
      log.warn('The webhook could not be delivered', { requestId, reason: reasonOf(error) });
    }
  }
}

/** @returns whether the request was cancelled meanwhile */
async function processToEnd(
  input: ImageRequestInput,
  run: Run,
  accepted: AcceptedRequest,
  recording: Recording,
  recordingTask: RecordingTask,
): Promise<boolean> {
  const { requestId, round, carried } = input;
  enter(run, 'processing');
  try {
    const numbers = carried?.numbers ?? (await numbersOf(input, accepted));
    const left = await processImages(run, {
      requestId,
      round,
      numbers,
      recording,
      names: accepted.names,
      carried: carried?.left ?? null,
    });
    if (left === null) return false;
    await recordingTask.interrupt();
    // Continuing as new would lose a cancellation that arrived with the last activity.
    if (CancellationScope.current().consideredCancelled) return true;
    const { counts, bytes, sequence } = run;
    const recorded = recording.sizes.length === 0 ? numbers : recording.sizes.map(wholeLane);
    return await continueAsNew<typeof imageRequest>({
      ...input,
      counts,
      bytes,
      carried: {
        accepted,
        numbers: recorded,
        ...carriedOf(recording),
        sequence,
        left,
      },
    });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return true;
  }
}

/** The first round processes every image, a retry those that did not succeed. */
async function numbersOf(
  { requestId, round, lanes }: ImageRequestInput,
  accepted: AcceptedRequest,
) {
  if (round > 1) return results.reopenImages({ requestId, round });
  const { lanes: recorded = lanes } = accepted;
  return (recorded ?? []).map(wholeLane);
}

function wholeLane(size: number): IndexRanges {
  return [[0, size]];
}
