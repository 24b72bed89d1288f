import path from 'node:path';
import { Refusal } from '../errors';
import { isFinished } from '../../contract/statuses';
import type { ApiDependencies } from './dependencies';
import { findVisible } from '../requests/find';
import { validated, type Route } from './route';
import { problemResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';
import { resultQuery } from '../../contract/http/requests';

export function resultRoute(deps: ApiDependencies): Route {
  return {
    config: {
      method: 'get',
      path: '/image/result/{request_id}',
      operationId: 'getResult',
      tags: ['Requests'],
      summary: 'The output CSV, or the rows that failed',
      request: { params: requestIdParams, query: resultQuery },
      responses: {
        200: {
          description: 'A CSV as attachment.',
          content: { 'text/csv': { schema: { type: 'string' } } },
        },
        404: problemResponse('No such request.'),
        409: problemResponse('The request is not finished.'),
        422: problemResponse('The query parameter cannot be used.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      const { only } = validated(resultQuery, 'query', ctx.query);
      const kind = only ?? 'result';
      const record = await findVisible(deps.records, request_id);
      if (!isFinished(record.state)) {
        throw new Refusal(
          'not_finished',
          'Expected a finished request, received one still running; ask for its status and come back',
        );
      }
      const file = await deps.files.openResult(record._id, record.round, kind);
      if (file === null) throw new Refusal('not_found', 'The result of this request is gone');
      ctx.attachment(`${path.parse(record.file_name).name}-${kind}.csv`);
      ctx.type = 'text/csv; charset=utf-8';
      ctx.length = file.size;
      ctx.body = file.stream;
    },
  };
}
