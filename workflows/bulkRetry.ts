import {
  ActivityCancellationType,
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  defineQuery,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BulkRetryInput, BulkRetryProgress, OperatorActivities } from '../activities/types';
import { PROGRESS_QUERY } from './names';

const progressQuery = defineQuery<BulkRetryProgress>(PROGRESS_QUERY);

const operators = proxyActivities<OperatorActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/**
 * Retries every request that matches a filter, page by page. When cancelled, it finishes and counts the requests
 * of the current page, then stops; requests already retried continue.
 */
export async function bulkRetry(input: BulkRetryInput): Promise<BulkRetryProgress> {
  const { filter } = input;
  let { cursor, progress } = input;
  setHandler(progressQuery, () => progress);
  for (;;) {
    const { requests, next } = await orStopped(operators.listForRetry({ filter, cursor }));
    const { retried, skipped } = await orStopped(operators.retryRequests({ requests }));
    progress = { retried: progress.retried + retried, skipped: progress.skipped + skipped };
    setCurrentDetails(`${progress.retried} requests retried, ${progress.skipped} skipped`);
    const isWhole = retried + skipped === requests.length;
    if (isWhole && next === null) return progress;
    if (isStopped() || next === null) throw stopped();
    cursor = next;
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof bulkRetry>({ filter, cursor, progress });
    }
  }
}

const isStopped = () => CancellationScope.current().consideredCancelled;
const stopped = () => new CancelledFailure('The bulk retry was stopped');

/** After a stop, a failed activity is not retried: its failure only means that it was stopped. */
async function orStopped<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isStopped() ? stopped() : error;
  }
}
