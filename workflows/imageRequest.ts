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
} from '@temporalio/workflow';
import type { AcceptedRequest, ImageRequestActivities, Task } from '../activities/types';
import type { LanesState, IndexRanges } from './lanes';
import { FOLLOW_SIGNAL, STATUS_QUERY } from './names';
import { processImages, type Unfinished } from './processing';
import { outcomeFor, type StatusReport } from '../contract/report';
import type { ByteCounts, Counts } from '../contract/counts';
import { createRun, enter, reportOf, type Run } from './run';

export interface ImageRequestInput {
  readonly requestId: string;
  readonly round: number;
  readonly task: Task;
  /** Of who asked for this run: tells the request that started it from another that is to follow. */
  readonly token: string;
  /** Images per lane. */
  readonly lanes: readonly number[];
  readonly counts: Counts;
  readonly bytes: ByteCounts;
  /** With `settle`: what a person is told of how the run before ended. */
  readonly note?: string;
  /** What an earlier run of this round hands over: absent in its first. */
  readonly carried?: {
    readonly accepted: AcceptedRequest;
    readonly numbers: readonly IndexRanges[];
    readonly sequence: number;
    readonly left: LanesState & Unfinished;
  };
}

const statusQuery = defineQuery<StatusReport>(STATUS_QUERY);
const followSignal = defineSignal<[ImageRequestInput]>(FOLLOW_SIGNAL);

/** Every activity heartbeats, so that one whose worker died is known by it within seconds. */
const HEARTBEAT_TIMEOUT = '10 seconds';

const records = proxyActivities<ImageRequestActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Walks every row of the request, so it may take minutes. */
const results = proxyActivities<ImageRequestActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Retried by the activity's own schedule, for as long as it says: see src/webhooks/schedule.ts. */
const webhooks = proxyActivities<ImageRequestActivities>({
  startToCloseTimeout: '6 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
});

/**
 * One uploaded CSV, from acceptance to the delivered webhook. A cancelled request still gets its result,
 * its outcome and its webhook, and then shows as Canceled in the Web UI, unless every image was done before.
 * A retry, or a webhook to be delivered again, is a run of its own under the same id: it follows the run that
 * is still delivering, or starts when there is none.
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
  setHandler(statusQuery, () => reportOf(requestId, run));
  setHandler(followSignal, (next) => {
    // Sent by who had read the record before this round was opened.
    if (next.token === token || next.round < round) return;
    // Cancelled while it was to follow another run; that one has gone on with it meanwhile.
    if (next.task === 'settle' && next.round === round) {
      work.cancel();
      return;
    }
    // Sent by who had read the record before the retry was cancelled.
    if (next.task === 'process' && isSettled(next.round)) return;
    following.next = next;
    following.overtake();
  });

  try {
    await carryOut();
  } catch (error) {
    // What follows is sent only once this round is closed in the records: nothing is left to be done in it.
    if (following.next === null) throw error;
    log.info('Goes on with what follows', { requestId, round, reason: reasonOf(error) });
  }
  if (following.next !== null) await continueAsNew<typeof imageRequest>(following.next);
  return reportOf(requestId, run);

  /** Whether this run, or the one that follows it, ends the round without working on it. */
  function isSettled(which: number): boolean {
    return [input, following.next].some((one) => one?.task === 'settle' && one.round === which);
  }

  async function carryOut(): Promise<void> {
    const accepted = carried?.accepted ?? (await accept());
    run.searchAttributes = accepted.searchAttributes;
    if (task === 'settle' && accepted.status !== 'processing') {
      // It ended by itself after all.
      enter(run, accepted.status);
      return;
    }
    const cancelled =
      task === 'process' && (await work.run(() => processToEnd(input, run, accepted)));
    await CancellationScope.nonCancellable(async () => {
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
    // The numbers of the records are the truth: an activity that a crash cut off may have done more than
    // it could return.
    const { counts, bytes, undone } = await results.buildResult(ref);
    Object.assign(run, { counts, bytes, note: input.note ?? null });
    // Stopped too late to stop anything, it ended by itself. Of an older release's activity nothing is known.
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
      await scope.run(() => webhooks.deliverWebhook(ref));
    } catch (error) {
      if (isCancellation(error)) return;
      if (!(error instanceof ActivityFailure)) throw error;
      // The delivery's record says why; the images are done all the same.
      log.warn('The webhook could not be delivered', { requestId, reason: reasonOf(error) });
    }
  }
}

/** An activity's failure says only that it is one; its cause says why. */
function reasonOf(error: unknown): string {
  return String(error instanceof ActivityFailure ? (error.cause ?? error) : error);
}

/** @returns whether the request was cancelled meanwhile */
async function processToEnd(
  input: ImageRequestInput,
  run: Run,
  accepted: AcceptedRequest,
): Promise<boolean> {
  const { requestId, round, carried } = input;
  enter(run, 'processing');
  try {
    const numbers = carried?.numbers ?? (await numbersOf(input));
    const left = await processImages(run, {
      ...{ requestId, round, numbers, names: accepted.names },
      carried: carried?.left ?? null,
    });
    if (left === null) return false;
    // A cancellation that arrived with the last activity would be lost to the next run.
    if (CancellationScope.current().consideredCancelled) return true;
    const { counts, bytes, sequence } = run;
    return await continueAsNew<typeof imageRequest>({
      ...input,
      counts,
      bytes,
      carried: { accepted, numbers, sequence, left },
    });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return true;
  }
}

/** A first round works on every image, a retry on those that did not succeed. */
async function numbersOf({ requestId, round, lanes }: ImageRequestInput) {
  if (round > 1) return results.reopenImages({ requestId, round });
  return lanes.map((size): IndexRanges => [[0, size]]);
}
