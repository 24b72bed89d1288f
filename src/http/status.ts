import type { Operations } from '../requests/operations';
import type { Route } from './route';
import { jsonResponse, problemResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';
import { status } from '../../contract/http/requests';

export function statusRoute({ requests }: { requests: Pick<Operations, 'status'> }): Route {
  return {
    right: 'read',
    config: {
      method: 'get',
      path: '/image/status/{request_id}',
      operationId: 'getStatus',
      tags: ['Requests'],
      summary: 'Get the status of a request',
      request: { params: requestIdParams },
      responses: {
        200: jsonResponse('The id, the status, and the progress as one sentence.', status),
        404: problemResponse('No such request.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      const report = await requests.status(request_id);
      ctx.body = { request_id: report.request_id, status: report.status, details: report.details };
    },
  };
}
