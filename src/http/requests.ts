import { recordedReport, viewOf } from '../requests/view';
import type { ApiDependencies } from './dependencies';
import { validated, type Route } from './route';
import { readCursor, writeCursor } from './cursor';
import { jsonResponse, problemResponse } from './responses';
import { requestsPage, requestsQuery } from '../../contract/http/requests';

export function requestsRoute({ records, config }: ApiDependencies): Route {
  return {
    config: {
      method: 'get',
      path: '/image/requests',
      operationId: 'listRequests',
      tags: ['Requests'],
      summary: 'All requests, newest first',
      description:
        'The counts of those that are running are the ones last recorded, which may lag behind by ' +
        'seconds; the request itself has the newest.',
      request: { query: requestsQuery },
      responses: {
        200: jsonResponse('A page of requests.', requestsPage),
        422: problemResponse('A query parameter cannot be used.'),
      },
    },
    async handle(ctx) {
      const { status, limit, cursor } = validated(requestsQuery, 'query', ctx.query);
      const found = await records.listing.list({
        status: status === undefined ? undefined : [status],
        limit,
        after: cursor === undefined ? undefined : readCursor(cursor),
      });
      const deliveries = await records.deliveries.findMany(found);
      const last = found.length === limit ? found.at(-1) : undefined;
      ctx.body = {
        requests: found.map((record) =>
          viewOf(
            record,
            recordedReport(record),
            deliveries.get(record._id) ?? null,
            config.PUBLIC_URL,
          ),
        ),
        next_cursor: last === undefined ? null : writeCursor(last),
      };
    },
  };
}
