import type { Operations } from '../requests/operations';
import { validated, type Route } from './route';
import { readJson } from './jsonBody';
import { jsonResponse, problemResponse, retryLaterResponse } from './responses';
import {
  newOperation,
  operation,
  operationIdParams,
  operationStarted,
} from '../../contract/http/operations';

interface OperationsDeps {
  readonly requests: Pick<Operations, 'startBulk' | 'showBulk' | 'stopBulk'>;
}

const PATH = '/image/operations/{operation_id}';
const unknownOperation = problemResponse('No such operation, or Temporal keeps it no longer.');
const noTemporal = retryLaterResponse('Temporal cannot be reached.');

/** One action on many requests. */
export function operationRoutes({ requests }: OperationsDeps): Route[] {
  return [
    {
      right: 'operate',
      config: {
        method: 'post',
        path: '/image/operations',
        operationId: 'startOperation',
        tags: ['Operations'],
        summary: 'Retry, cancel, delete or redeliver many requests',
        description:
          'Starts a durable operation that takes the action on each request, as the call for one request does. ' +
          'Requests that cannot take it are skipped. It goes on when workers or the API are restarted.',
        request: {
          body: { required: true, content: { 'application/json': { schema: newOperation } } },
        },
        responses: {
          202: jsonResponse('The operation is recorded.', operationStarted),
          400: problemResponse('The body broke off.'),
          413: problemResponse('The body is too large.'),
          422: problemResponse('The body is no JSON, or a field cannot be used.'),
          503: retryLaterResponse('Temporal or MongoDB cannot be reached; nothing was started.'),
        },
      },
      async handle(ctx) {
        const body = validated(newOperation, 'body', await readJson(ctx));
        const { action, request_ids: requestIds, filter = {} } = body;
        const { status, ...query } = filter;
        const { operationId, matched } = await requests.startBulk(
          action,
          requestIds === undefined
            ? { query: { ...query, status: status === undefined ? undefined : [status] } }
            : { requestIds },
        );
        ctx.status = 202;
        ctx.body = { operation_id: operationId, matched };
      },
    },
    {
      right: 'operate',
      config: {
        method: 'get',
        path: PATH,
        operationId: 'getOperation',
        tags: ['Operations'],
        summary: 'Show the progress of an operation',
        description: 'Can be asked for as long as Temporal keeps the workflow of the operation.',
        request: { params: operationIdParams },
        responses: {
          200: jsonResponse('The operation.', operation),
          404: unknownOperation,
          503: noTemporal,
        },
      },
      async handle(ctx, { operation_id = '' }) {
        ctx.body = await requests.showBulk(operation_id);
      },
    },
    {
      right: 'operate',
      config: {
        method: 'post',
        path: `${PATH}/stop`,
        operationId: 'stopOperation',
        tags: ['Operations'],
        summary: 'Stop an operation',
        description:
          'It ends after the requests that it is working on; the action is not undone for those that are done. ' +
          'An operation that has ended stays as it is.',
        request: { params: operationIdParams },
        responses: {
          202: jsonResponse('The operation, which may run for a moment.', operation),
          404: unknownOperation,
          503: noTemporal,
        },
      },
      async handle(ctx, { operation_id = '' }) {
        const stopped = await requests.stopBulk(operation_id);
        ctx.status = 202;
        ctx.body = stopped;
      },
    },
  ];
}
