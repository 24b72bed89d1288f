import { defineQuery, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { BulkRetryInput, BulkRetryProgress, OperatorActivities } from '../activities/types';
import { PROGRESS_QUERY } from './names';
import { PAGE_OPTIONS, throughPages } from './pages';

const progressQuery = defineQuery<BulkRetryProgress>(PROGRESS_QUERY);

const operators = proxyActivities<OperatorActivities>({
  ...PAGE_OPTIONS,
  startToCloseTimeout: '5 minutes',
});

/**
 * Retries every request that matches a filter, page by page. When cancelled, it finishes and counts the requests
 * of the current page, then stops; requests already retried continue.
 */
export async function bulkRetry(input: BulkRetryInput): Promise<BulkRetryProgress> {
  let { progress } = input;
  setHandler(progressQuery, () => progress);
  await throughPages(input, async ({ filter, cursor }) => {
    const { requests, next } = await operators.listForRetry({ filter, cursor });
    const { retried, skipped } = await operators.retryRequests({ requests });
    progress = { retried: progress.retried + retried, skipped: progress.skipped + skipped };
    setCurrentDetails(`${progress.retried} requests retried, ${progress.skipped} skipped`);
    return {
      next: next === null ? null : { filter, cursor: next, progress },
      isWhole: retried + skipped === requests.length,
    };
  });
  return progress;
}
