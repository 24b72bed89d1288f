import {
  ActivityCancellationType,
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';

/** The options of activities that work on a page of requests. After a stop they return what they have done. */
export const PAGE_OPTIONS = {
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
} as const;

export interface PageResult<Input> {
  /** The input of a run that continues after this page; `null` when this page was the last. */
  readonly next: Input | null;
  /** Whether every request of the page was examined. */
  readonly isWhole: boolean;
}

/**
 * Works through pages of requests, and continues as new before the history is long. When cancelled, it ends as cancelled
 * after the requests in progress.
 */
export async function throughPages<Input>(
  first: Input,
  onPage: (input: Input) => Promise<PageResult<Input>>,
): Promise<void> {
  let input = first;
  for (;;) {
    const { next, isWhole } = await orStopped(onPage(input));
    if (isWhole && next === null) return;
    if (isStopped() || next === null) throw stopped();
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<(input: Input) => Promise<unknown>>(next);
    }
    input = next;
  }
}

const isStopped = () => CancellationScope.current().consideredCancelled;
const stopped = () => new CancelledFailure('The bulk operation was stopped');

/** After a stop, a failed activity is not retried: its failure only means that it was stopped. */
async function orStopped<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isStopped() ? stopped() : error;
  }
}
