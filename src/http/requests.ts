import { visibleOwner } from '../callers';
import type { Operations } from '../requests/operations';
import { callerOf } from './auth';
import { validated, type Route } from './route';
import { readCursor, writeCursor } from './cursor';
import { jsonResponse, problemResponse } from './responses';
import { requestsPage, requestsQuery } from '../../contract/http/requests';

export function requestsRoute({ requests }: { requests: Pick<Operations, 'list'> }): Route {
  return {
    right: 'read',
    config: {
      method: 'get',
      path: '/image/requests',
      operationId: 'listRequests',
      tags: ['Requests'],
      summary: 'List requests, newest first',
      description:
        'A named key without the right `operate` lists its own requests. ' +
        'The counts of running requests are the last recorded ones, which may be seconds old; get the ' +
        'request itself for the newest.',
      request: { query: requestsQuery },
      responses: {
        200: jsonResponse('A page of requests.', requestsPage),
        422: problemResponse('A query parameter cannot be used.'),
      },
    },
    async handle(ctx) {
      const { status, q, since, until, limit, cursor } = validated(
        requestsQuery,
        'query',
        ctx.query,
      );
      const { requests: page, next } = await requests.list({
        status: status === undefined ? undefined : [status],
        owner: visibleOwner(callerOf(ctx)) ?? undefined,
        q,
        since,
        until,
        limit,
        after: cursor === undefined ? undefined : readCursor(cursor),
      });
      ctx.body = { requests: page, next_cursor: next && writeCursor(next) };
    },
  };
}
