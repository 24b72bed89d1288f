import type { ApiDependencies } from './dependencies';
import { validated, type Route } from './route';
import { bulkRetryQuery, bulkRetryResult } from '../../contract/http/requests';
import { jsonResponse, problemResponse, requiredHeader, unavailableResponse } from './responses';

/** With the question how far it is, it stays within the time that calls under way have at a shutdown. */
const WAIT_MS = 20_000;

/** The body is the contract's two counts; who wants to watch, or stop, the workflow finds it by this. */
const OPERATION_ID = 'Operation-Id';

export function bulkRetryRoute({ requests }: ApiDependencies): Route {
  return {
    config: {
      method: 'post',
      path: '/image/requests/retry',
      operationId: 'retryRequests',
      tags: ['Operations'],
      summary: 'Retry every request that failed',
      description:
        'Done by a durable workflow of its own, whose id is in the header `Operation-Id`. The answer ' +
        'waits for it some twenty seconds; then it has the counts so far, and the workflow goes on.',
      request: { query: bulkRetryQuery },
      responses: {
        202: {
          ...jsonResponse('How many run again, and how many had nothing to run.', bulkRetryResult),
          headers: { [OPERATION_ID]: requiredHeader('string', 'The workflow id.') },
        },
        422: problemResponse('A query parameter cannot be used.'),
        503: unavailableResponse('Temporal cannot be reached; nothing has changed.'),
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
