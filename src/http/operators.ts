import type { Operations } from '../requests/operations';
import type { Route } from './route';
import { jsonResponse, problemResponse, retryLaterResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';
import { status } from '../../contract/http/requests';

/** Retry, cancel and redelivery of one request. Each is durable once answered, with or without a worker. */
interface OperatorDeps {
  readonly requests: Pick<Operations, 'status' | 'retry' | 'cancel' | 'redeliver'>;
}

export function operatorRoutes({ requests }: OperatorDeps): Route[] {
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
      right: 'write',
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
          503: retryLaterResponse('Temporal or MongoDB cannot be reached; nothing was changed.'),
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
        'Only failed images run again, and the pending ones of a cancelled request; images that succeeded ' +
        'are kept. The request keeps its id, and its next outcome gets a webhook of its own. A webhook ' +
        'that is still being delivered is dropped.',
      done: 'The retry is recorded.',
      conflict: 'The request is still running, or none of its images failed.',
    }),
    route('cancel', requests.cancel, {
      operationId: 'cancelRequest',
      summary: 'Cancel a request',
      description:
        'Downloads stop within two seconds; finished images are kept. The outcome is recorded and sent by ' +
        'webhook like any other, and a retry can run the remaining images.',
      done: 'The request is being cancelled.',
      conflict: 'The request is already finished.',
    }),
    route('webhook', requests.redeliver, {
      operationId: 'redeliverWebhook',
      summary: 'Deliver the webhook again',
      description:
        'Sends the same body with the same `webhook-id`, with the full number of attempts.',
      done: 'The webhook is being delivered.',
      conflict: 'The request is still running, has no webhook, or its webhook is being delivered.',
    }),
  ];
}
