import type { ApiDependencies } from './dependencies';
import type { Route } from './route';
import { jsonResponse, problemResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';
import { status } from '../../contract/http/requests';

/** What operators do to one request. Each is durable once it is answered, with or without a worker. */
export function operatorRoutes({ requests }: ApiDependencies): Route[] {
  function route(
    name: string,
    operate: (requestId: string) => Promise<void>,
    told: { summary: string; description: string; done: string; conflict: string },
  ): Route {
    return {
      config: {
        method: 'post',
        path: `/image/requests/{request_id}/${name}`,
        summary: told.summary,
        description: told.description,
        request: { params: requestIdParams },
        responses: {
          202: jsonResponse(told.done, status),
          404: problemResponse('No such request.'),
          409: problemResponse(told.conflict),
          503: problemResponse('Temporal or MongoDB cannot be reached; nothing has changed.'),
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
      summary: 'Run the failed images again',
      description:
        'Only those, and of a cancelled request also those that were pending; what succeeded stays as it ' +
        'is. The request keeps its id, and its next outcome has a webhook of its own. A webhook that was ' +
        'still being delivered is dropped.',
      done: 'The images run again.',
      conflict: 'It is still running, or has no image that failed.',
    }),
    route('cancel', requests.cancel, {
      summary: 'Stop a request',
      description:
        'Downloads stop within two seconds; what is done stays done. The outcome is recorded and sent by ' +
        'webhook like every other, and the rest can be run by a retry.',
      done: 'It is being stopped.',
      conflict: 'It is finished already.',
    }),
    route('webhook', requests.redeliver, {
      summary: 'Deliver the webhook again',
      description: 'The same body under the same `webhook-id`, with all its attempts.',
      done: 'It is being delivered.',
      conflict: 'The request is still running, has no webhook, or it is being delivered already.',
    }),
  ];
}
