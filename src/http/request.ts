import type { Operations } from '../requests/operations';
import type { Route } from './route';
import { jsonResponse, problemResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';
import { requestResource } from '../../contract/http/requests';

const path = '/image/requests/{request_id}';

export function requestRoute({ requests }: { requests: Pick<Operations, 'show'> }): Route {
  return {
    right: 'read',
    config: {
      method: 'get',
      path,
      operationId: 'getRequest',
      tags: ['Requests'],
      summary: 'Get a request',
      request: { params: requestIdParams },
      responses: {
        200: jsonResponse(
          'The request with counts, bytes, options, times, webhook and links.',
          requestResource,
        ),
        404: problemResponse('No such request.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      ctx.body = await requests.show(request_id);
    },
  };
}

export function deleteRoute({ requests }: { requests: Pick<Operations, 'remove'> }): Route {
  return {
    right: 'operate',
    config: {
      method: 'delete',
      path,
      operationId: 'deleteRequest',
      tags: ['Operations'],
      summary: 'Delete a finished request',
      description: 'Also deletes its rows, images, files and webhook deliveries.',
      request: { params: requestIdParams },
      responses: {
        204: { description: 'The request is deleted.' },
        404: problemResponse('No such request.'),
        409: problemResponse('The request is still running; cancel it first.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      await requests.remove(request_id);
      ctx.status = 204;
    },
  };
}
