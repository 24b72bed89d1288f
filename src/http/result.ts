import type { Operations } from '../requests/operations';
import { validated, type Route } from './route';
import { problemResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';
import { resultQuery } from '../../contract/http/requests';

export function resultRoute({ requests }: { requests: Pick<Operations, 'openResult'> }): Route {
  return {
    right: 'read',
    config: {
      method: 'get',
      path: '/image/result/{request_id}',
      operationId: 'getResult',
      tags: ['Requests'],
      summary: 'Download the output CSV, or the rows that failed',
      request: { params: requestIdParams, query: resultQuery },
      responses: {
        200: {
          description: 'The CSV as an attachment.',
          content: { 'text/csv': { schema: { type: 'string' } } },
        },
        404: problemResponse('No such request.'),
        409: problemResponse('The request is not finished.'),
        422: problemResponse('The query parameter cannot be used.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      const { only } = validated(resultQuery, 'query', ctx.query);
      const file = await requests.openResult(request_id, only ?? 'result');
      ctx.attachment(file.fileName);
      ctx.type = 'text/csv; charset=utf-8';
      ctx.body = file.stream;
      if (file.size !== null) ctx.length = file.size;
    },
  };
}
