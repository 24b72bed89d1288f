import type { ApiDependencies } from './dependencies';
import type { Route } from './route';
import { jsonResponse, problemResponse, unavailableResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';
import { status } from '../../contract/http/requests';

/** What operators do to one request. Each is durable once it is answered, with or without a worker. */
export function operatorRoutes({ requests }: ApiDependencies): Route[] {
  function route(
    name: string,
    operate: (requestId: string) => Promise<void>,
    told: {
      operationId: string;
      summary: string;
      description: string;
      done: string;
      conflict: string;
    },
  ): Route {
    return {
      config: {
        method: 'post',
        path: `/image/requests/{request_id}/${name}`,
        operationId: told.operationId,
        tags: ['Operations'],
        summary: told.summary,
        description: told.description,
        request: { params: requestIdParams },
        responses: {
          202: jsonResponse(told.done, status),
          404: problemResponse('No such request.'),
          409: problemResponse(told.conflict),
          503: unavailableResponse('Temporal or MongoDB cannot be reached; nothing has changed.'),
        },
      },
      async handle(ctx, { request_id = '' }) {
        await operate(request_id);
        const report = await requests.status(request_id);
        ctx.status = 202;
        ctx.body = {
          request_id: report.request_id,
          status: report.status,
          details: report.details,
        };
      },
    };
  }

  return [
    route('retry', requests.retry, {
      operationId: 'retryRequest',
      summary: 'Run the failed images again',
      description:
        'Only those, and of a cancelled request also those that were pending; what succeeded stays as it ' +
        'is. The request keeps its id, and its next outcome has a webhook of its own. A webhook that was ' +
        'still being delivered is dropped.',
      done: 'The images run again.',
      conflict: 'The request is still running, or no image of it failed.',
    }),
    route('cancel', requests.cancel, {
      operationId: 'cancelRequest',
      summary: 'Stop a request',
      description:
        'Downloads stop within two seconds; what is done stays done. The outcome is recorded and sent by ' +
        'webhook like every other, and the rest can be run by a retry.',
      done: 'The request is being stopped.',
      conflict: 'The request is finished already.',
    }),
    route('webhook', requests.redeliver, {
      operationId: 'redeliverWebhook',
      summary: 'Deliver the webhook again',
      description: 'The same body under the same `webhook-id`, with all its attempts.',
      done: 'The webhook is being delivered.',
      conflict: 'The request is still running, has no webhook, or it is being delivered already.',
    }),
  ];
}
