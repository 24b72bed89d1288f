import { requestIdParams } from '../../contract/http/fields';
import { imagesPage, imagesQuery } from '../../contract/http/images';
import type { Operations } from '../requests/operations';
import { jsonResponse, problemResponse } from './responses';
import { validated, type Route } from './route';

export function imagesRoute({ requests }: { requests: Pick<Operations, 'images'> }): Route {
  return {
    right: 'read',
    config: {
      method: 'get',
      path: '/image/requests/{request_id}/images',
      operationId: 'listImages',
      tags: ['Requests'],
      summary: 'List the images of a request, in the order of its rows',
      description:
        'A link that occurs twice is listed twice; a bad row is one entry without a position. A page may ' +
        'hold fewer images than `limit`: continue while there is a `next_cursor`. Filters are combined; a bad row has ' +
        'no host.',
      request: { params: requestIdParams, query: imagesQuery },
      responses: {
        200: jsonResponse('A page of images.', imagesPage),
        404: problemResponse('No such request.'),
        422: problemResponse('A query parameter cannot be used.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      const query = validated(imagesQuery, 'query', ctx.query);
      ctx.body = await requests.images(request_id, query);
    },
  };
}
