import type { Operations } from '../requests/operations';
import { validated, type Route } from './route';
import { bulkRetryQuery, bulkRetryResult } from '../../contract/http/requests';
import { jsonResponse, problemResponse, requiredHeader, retryLaterResponse } from './responses';

/** Together with the progress query, this stays within the drain time at a shutdown. */
const WAIT_MS = 20_000;

/** The body has only the contract's two counts; this header names the workflow to watch or stop. */
const OPERATION_ID = 'Operation-Id';

export function bulkRetryRoute({ requests }: { requests: Pick<Operations, 'retryAll'> }): Route {
  return {
    right: 'operate',
    config: {
      method: 'post',
      path: '/image/requests/retry',
      operationId: 'retryRequests',
      tags: ['Operations'],
      summary: 'Retry every request that failed',
      description:
        'A durable workflow does it; its id is in the header `Operation-Id`. The answer waits up to ' +
        'twenty seconds for it, then returns the counts so far while the workflow continues.',
      request: { query: bulkRetryQuery },
      responses: {
        202: {
          ...jsonResponse(
            'How many requests were retried, and how many had nothing to retry.',
            bulkRetryResult,
          ),
          headers: { [OPERATION_ID]: requiredHeader('string', 'The workflow id.') },
        },
        422: problemResponse('A query parameter cannot be used.'),
        503: retryLaterResponse('Temporal cannot be reached; nothing was changed.'),
      },
    },
    async handle(ctx) {
      const { status, since, until } = validated(bulkRetryQuery, 'query', ctx.query);
      const filter = {
        status: status === undefined ? (['failed', 'completed_with_errors'] as const) : [status],
        since: since?.toISOString() ?? null,
        until: until?.toISOString() ?? null,
      };
      const { workflowId, retried, skipped } = await requests.retryAll(filter, WAIT_MS);
      ctx.set(OPERATION_ID, workflowId);
      ctx.status = 202;
      ctx.body = { retried, skipped };
    },
  };
}
