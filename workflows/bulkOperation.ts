import { proxyActivities, setCurrentDetails, upsertMemo } from '@temporalio/workflow';
import type {
  BulkOperationInput,
  BulkSelection,
  ListCursor,
  OperatorActivities,
} from '../activities/types';
import type { BulkAction, BulkProgress } from '../contract/actions';
import { PAGE_OPTIONS, throughPages } from './pages';

/** Ids in one page. */
const PAGE = 20;

const operators = proxyActivities<OperatorActivities>({
  ...PAGE_OPTIONS,
  // A deletion may take minutes: it reads every row and image of its request.
  startToCloseTimeout: '1 hour',
});

const PAST: Readonly<Record<BulkAction, string>> = {
  retry: 'retried',
  cancel: 'cancelled',
  delete: 'deleted',
  redeliver: 'redelivered',
};

/**
 * Takes one action on many requests, page by page. The memo holds the progress, so that it can be read without a worker
 * and after the end. When cancelled, it finishes and counts the requests in progress, then stops.
 */
export async function bulkOperation(input: BulkOperationInput): Promise<BulkProgress> {
  const { operationId, action, matched } = input;
  let { progress } = input;
  await throughPages(input, async ({ selection }) => {
    const page = pageOf(selection);
    const { requests, missing, next } = await operators.listForOperation(page);
    const tally = await operators.operate({ operationId, action, requests });
    progress = {
      done: progress.done + tally.done,
      skipped: progress.skipped + tally.skipped + missing,
      failed: progress.failed + tally.failed,
    };
    upsertMemo({ progress });
    const { done, skipped, failed } = progress;
    setCurrentDetails(
      `${done} of ${matched} requests ${PAST[action]}, ${skipped} skipped, ${failed} failed`,
    );
    const rest = restOf(selection, next);
    return {
      next: rest === null ? null : { ...input, selection: rest, progress },
      isWhole: tally.done + tally.skipped + tally.failed === requests.length,
    };
  });
  return progress;
}

function pageOf(selection: BulkSelection): BulkSelection {
  if ('filter' in selection) return selection;
  return { requestIds: selection.requestIds.slice(0, PAGE) };
}

/** @returns `null` when no requests remain */
function restOf(selection: BulkSelection, next: ListCursor | null): BulkSelection | null {
  if ('filter' in selection) {
    return next === null ? null : { filter: selection.filter, cursor: next };
  }
  const requestIds = selection.requestIds.slice(PAGE);
  return requestIds.length === 0 ? null : { requestIds };
}
