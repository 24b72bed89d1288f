import { imageDetail, imageParams } from '../../contract/http/images';
import type { Operations } from '../requests/operations';
import { jsonResponse, problemResponse } from './responses';
import type { Route } from './route';

export function imageRoute({ requests }: { requests: Pick<Operations, 'image'> }): Route {
  return {
    right: 'read',
    config: {
      method: 'get',
      path: '/image/requests/{request_id}/images/{row}/{position}',
      operationId: 'getImage',
      tags: ['Requests'],
      summary: 'Get an image of a request, with what happened to it',
      description:
        'The image as it is listed, and its timeline in the current round. A bad row has no positions: the list of images ' +
        'shows its error.',
      request: { params: imageParams },
      responses: {
        200: jsonResponse('The image and its timeline.', imageDetail),
        404: problemResponse('No such request, row or position.'),
      },
    },
    async handle(ctx, { request_id = '', row = '', position = '' }) {
      ctx.body = await requests.image(request_id, row, position);
    },
  };
}
