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
} from '@temporalio/workflow';
import type { AcceptedRequest, ImageRequestActivities } from '../activities/types';
import type { LanesState } from './lanes';
import { STATUS_QUERY } from './names';
import { processImages } from './processing';
import { outcomeOf, type ByteCounts, type Counts, type StatusReport } from './progress';
import { createRun, enter, reportOf } from './run';

export interface ImageRequestInput {
  readonly requestId: string;
  readonly round: number;
  /** Images per lane. */
  readonly lanes: readonly number[];
  readonly counts: Counts;
  readonly bytes: ByteCounts;
  /** What an earlier run of this round hands over: absent in its first. */
  readonly carried?: {
    readonly accepted: AcceptedRequest;
    readonly sequence: number;
    readonly left: LanesState;
  };
}

const statusQuery = defineQuery<StatusReport>(STATUS_QUERY);

const records = proxyActivities<ImageRequestActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Walks every row of the request, so it may take minutes and heartbeats. */
const results = proxyActivities<ImageRequestActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Retried by the activity's own schedule, for as long as it says: see src/webhooks/schedule.ts. */
const webhooks = proxyActivities<ImageRequestActivities>({ startToCloseTimeout: '6 minutes' });

/**
 * One uploaded CSV, from acceptance to the delivered webhook. A cancelled request still gets its result,
 * its outcome and its webhook, and then shows as Canceled in the Web UI.
 */
export async function imageRequest(input: ImageRequestInput): Promise<StatusReport> {
  const { requestId, round, lanes, carried } = input;
  const ref = { requestId, round };
  const run = createRun(input.counts, input.bytes, carried?.sequence ?? 0);
  setHandler(statusQuery, () => reportOf(requestId, run));

  const accepted =
    carried?.accepted ?? (await CancellationScope.nonCancellable(() => records.acceptRequest(ref)));
  run.searchAttributes = accepted.searchAttributes;
  enter(run, 'processing');

  let cancelled = false;
  try {
    const { names } = accepted;
    const left = await processImages(run, { ...ref, lanes, names, carried: carried?.left ?? null });
    if (left !== null) {
      // A cancellation that arrived with the last activity would be lost to the next run.
      if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('Cancelled');
      const { counts, bytes, sequence } = run;
      await continueAsNew<typeof imageRequest>({
        ...input,
        counts,
        bytes,
        carried: { accepted, sequence, left },
      });
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    cancelled = true;
  }

  await CancellationScope.nonCancellable(async () => {
    // The numbers of the records are the truth: an activity that a crash cut off may have done more than
    // it could return.
    const { counts, bytes } = await results.buildResult(ref);
    Object.assign(run, { counts, bytes });
    const status = cancelled ? 'cancelled' : outcomeOf(counts);
    const { webhook } = await records.recordOutcome({ ...ref, status, counts, bytes });
    enter(run, status);
    if (webhook) await deliver();
  });
  if (cancelled) throw new CancelledFailure('The request was cancelled; its outcome is recorded');
  return reportOf(requestId, run);

  async function deliver(): Promise<void> {
    try {
      await webhooks.deliverWebhook(ref);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      // The delivery's record says why; the images are done all the same.
      log.warn('The webhook could not be delivered', { requestId, reason: error.cause?.message });
    }
  }
}
