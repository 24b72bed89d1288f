import { deliveryIdOf } from '../records/deliveries';
import { isFinished } from '../records/rounds';
import type { DeliveryRecord, RequestRecord } from '../records/types';
import type { ApiDependencies } from './app';
import { findVisible } from '../requests/find';
import type { Route } from './route';
import { jsonResponse, problemResponse, requestIdParams, requestResource } from './schemas';

export function requestRoute(deps: ApiDependencies): Route {
  return {
    config: {
      method: 'get',
      path: '/image/requests/{request_id}',
      summary: 'The whole request',
      request: { params: requestIdParams },
      responses: {
        200: jsonResponse('Counts, bytes, options, times, webhook, links.', requestResource),
        404: problemResponse('No such request.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      const record = await findVisible(deps.records, request_id);
      const [report, delivery] = await Promise.all([
        deps.requests.status(record._id),
        deps.records.deliveries.find(record._id, record.round),
      ]);
      const { request_id: id, status, details, counts, bytes } = report;
      ctx.body = {
        request_id: id,
        status,
        details,
        file_name: record.file_name,
        counts,
        bytes,
        options: record.options,
        attempt: record.round,
        created_at: record.created_at,
        started_at: record.started_at,
        finished_at: record.finished_at,
        webhook: webhookOf(record, delivery),
        links: linksOf(deps.config.PUBLIC_URL, record),
      };
    },
  };
}

/** `waiting`: there is no outcome to deliver yet. */
function webhookOf(
  { webhook_url: url, _id, round }: RequestRecord,
  delivery: DeliveryRecord | null,
) {
  if (url === null) return null;
  const { state, attempts, status_code, error, delivered_at } = delivery ?? {
    state: 'waiting',
    attempts: 0,
    status_code: null,
    error: null,
    delivered_at: null,
  };
  return { id: deliveryIdOf(_id, round), url, state, attempts, status_code, error, delivered_at };
}

function linksOf(base: string, { _id, state }: RequestRecord) {
  const result = isFinished(state) ? `${base}/image/result/${_id}` : null;
  return {
    self: `${base}/image/requests/${_id}`,
    status: `${base}/image/status/${_id}`,
    images: `${base}/image/requests/${_id}/images`,
    result,
    failed: result === null ? null : `${result}?only=failed`,
  };
}
