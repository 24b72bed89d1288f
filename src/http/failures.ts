import { failures } from '../../contract/http/failures';
import { requestIdParams } from '../../contract/http/fields';
import type { Operations } from '../requests/operations';
import { jsonResponse, problemResponse } from './responses';
import type { Route } from './route';

export function failuresRoute({ requests }: { requests: Pick<Operations, 'failures'> }): Route {
  return {
    right: 'read',
    config: {
      method: 'get',
      path: '/image/requests/{request_id}/failures',
      operationId: 'listFailures',
      tags: ['Requests'],
      summary: 'Group the failures of a request by error code and host, most frequent first',
      description:
        'The groups are the 100 most frequent ones; all further failures are in one last group with the code ' +
        '`other`. Images that wait for their next attempt have not failed. An answer may be five seconds old. List ' +
        'the images of a group with its `code` and `host`.',
      request: { params: requestIdParams },
      responses: {
        200: jsonResponse('The groups.', failures),
        404: problemResponse('No such request.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      ctx.body = await requests.failures(request_id);
    },
  };
}
