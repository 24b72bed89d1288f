import { Context } from '@temporalio/activity';
import type { ActivityDependencies } from './dependencies';
import { interrupted } from './failure';
import { withHeartbeat } from './heartbeat';
import { isFinished } from '../contract/statuses';
import { isUnavailable } from '../src/records/unavailable';
import type { RequestRecord } from '../src/records/types';
import type {
  ListCursor,
  ListedRequest,
  OperationPage,
  OperatorActivities,
  RequestFilter,
  RetryPage,
} from './types';

/** Requests in one page of a bulk retry: done in seconds, so that its progress is visible. */
const PAGE = 20;

/** With the pauses in `workflows/pages.ts` about five minutes. What still fails then counts as failed, unless MongoDB is down. */
const MAX_ATTEMPTS = 15;

/** Thin wrappers around src/requests, which the API and the operator's commands call as well. */
export function createOperatorActivities({
  records,
  operations,
  metrics,
}: ActivityDependencies): OperatorActivities {
  return {
    listForRetry: ({ filter, cursor }) =>
      withHeartbeat(async (): Promise<RetryPage> => {
        const { found, next } = await listPage({ ...filter, q: null }, cursor);
        return { requests: found.map(({ _id, round }) => ({ requestId: _id, round })), next };
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

    listForOperation: (selection) =>
      withHeartbeat(async (): Promise<OperationPage> => {
        if ('filter' in selection) {
          const { found, next } = await listPage(selection.filter, selection.cursor);
          return { requests: await listedOf(found), missing: 0, next };
        }
        const { requestIds } = selection;
        const found = (await records.requests.findMany(requestIds)).filter(
          ({ state }) => state !== 'withdrawn',
        );
        const missing = requestIds.length - found.length;
        return { requests: await listedOf(found), missing, next: null };
      }),

    operate: (input) =>
      withHeartbeat(async (signal) => {
        const { error, ...tally } = await operations.operateListed(input, signal);
        const { cancellationDetails, info } = Context.current();
        // As above: a stop needs the counts so far, and repeated work finds what was done already.
        if (cancellationDetails?.cancelRequested === true) return tally;
        const isDown = isUnavailable(error);
        if (tally.failed > 0 && (isDown || info.attempt < MAX_ATTEMPTS)) throw error;
        if (tally.done + tally.skipped + tally.failed === input.requests.length) return tally;
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

  async function listPage(
    { status, q, since, until }: RequestFilter,
    cursor: ListCursor | null,
  ): Promise<{ found: RequestRecord[]; next: ListCursor | null }> {
    const found = await records.listing.list({
      status: status ?? undefined,
      q: q ?? undefined,
      since: since === null ? undefined : new Date(since),
      until: until === null ? undefined : new Date(until),
      limit: PAGE,
      after:
        cursor === null
          ? undefined
          : { created_at: new Date(cursor.createdAt), _id: cursor.requestId },
    });
    const last = found.length === PAGE ? found.at(-1) : undefined;
    const next =
      last === undefined ? null : { createdAt: last.created_at.toISOString(), requestId: last._id };
    return { found, next };
  }

  async function listedOf(found: readonly RequestRecord[]): Promise<ListedRequest[]> {
    const deliveries = await records.deliveries.findMany(found);
    return found.map(({ _id, round, state }) => {
      const delivery = deliveries.get(_id);
      const isClosed = delivery?.state === 'delivered' || delivery?.state === 'failed';
      return {
        requestId: _id,
        round,
        finished: isFinished(state),
        deliveryClosedAt: isClosed ? delivery.updated_at.toISOString() : null,
      };
    });
  }
}
