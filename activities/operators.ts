import { Context } from '@temporalio/activity';
import type { ActivityDependencies } from './dependencies';
import { interrupted } from './failure';
import { withHeartbeat } from './heartbeat';
import type { OperatorActivities, RetryPage } from './types';

/** Requests in one page of a bulk retry: done in seconds, so that its progress is visible. */
const PAGE = 20;

/** Thin wrappers around src/requests, which the API and the operator's commands call as well. */
export function createOperatorActivities({
  records,
  operations,
  metrics,
}: ActivityDependencies): OperatorActivities {
  return {
    listForRetry: ({ filter, cursor }) =>
      withHeartbeat(async (): Promise<RetryPage> => {
        const { status, since, until } = filter;
        const found = await records.listing.list({
          status,
          since: since === null ? undefined : new Date(since),
          until: until === null ? undefined : new Date(until),
          limit: PAGE,
          after:
            cursor === null
              ? undefined
              : { created_at: new Date(cursor.createdAt), _id: cursor.requestId },
        });
        const last = found.length === PAGE ? found.at(-1) : undefined;
        return {
          requests: found.map(({ _id, round }) => ({ requestId: _id, round })),
          next:
            last === undefined
              ? null
              : { createdAt: last.created_at.toISOString(), requestId: last._id },
        };
      }),

    retryRequests: ({ requests }) =>
      withHeartbeat(async (signal) => {
        const { retried, skipped } = await operations.retryListed(requests, signal);
        const isWhole = retried + skipped === requests.length;
        // After a stop the workflow needs the counts so far. When the worker shuts down, another one repeats the
        // page and finds the requests that were retried already.
        if (isWhole || Context.current().cancellationDetails?.cancelRequested === true) {
          return { retried, skipped };
        }
        throw interrupted();
      }),

    reconcile: () =>
      withHeartbeat(async () => {
        const findings = await operations.reconcile(new Date());
        for (const [finding, count] of Object.entries(findings)) {
          metrics.reconcilerFound(finding, count);
        }
        return findings;
      }),

    removeExpired: () => withHeartbeat(() => operations.removeExpired(new Date())),
  };
}
