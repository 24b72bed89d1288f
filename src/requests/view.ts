import {
  describe,
  type ByteCounts,
  type Counts,
  type RequestStatus,
  type StatusReport,
} from '../../workflows/progress';
import { withoutCredentials } from '../network/webUrl';
import { deliveryIdOf } from '../records/deliveries';
import { isFinished } from '../records/rounds';
import type {
  CompressOptions,
  DeliveryRecord,
  DeliveryState,
  RequestRecord,
} from '../records/types';

/** A request as people and programs outside see it: over HTTP, in an event, at an operator's terminal. */
export interface RequestView {
  readonly request_id: string;
  readonly status: RequestStatus;
  readonly details: string;
  readonly file_name: string;
  readonly counts: Counts;
  readonly bytes: ByteCounts;
  readonly options: CompressOptions;
  /** 1 for the first run; each retry is another. */
  readonly attempt: number;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  /** `null`: none was asked for. */
  readonly webhook: WebhookView | null;
  readonly links: LinksView;
}

export interface WebhookView {
  readonly id: string;
  readonly url: string;
  /** `waiting`: there is no outcome to deliver yet. */
  readonly state: DeliveryState | 'waiting';
  readonly attempts: number;
  readonly status_code: number | null;
  readonly error: string | null;
  readonly delivered_at: Date | null;
}

export interface LinksView {
  readonly self: string;
  readonly status: string;
  readonly images: string;
  readonly events: string;
  /** `null` until it is finished. */
  readonly result: string | null;
  readonly failed: string | null;
}

/**
 * @param report how far it is: of the running workflow, or as it is recorded ({@link recordedReport})
 * @param delivery of the record's round; `null`: there is none (yet)
 * @param publicUrl what links begin with
 */
export function viewOf(
  record: RequestRecord,
  report: StatusReport,
  delivery: DeliveryRecord | null,
  publicUrl: string,
): RequestView {
  const { status, details, counts, bytes } = report;
  return {
    request_id: record._id,
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
    links: linksOf(publicUrl, record._id, isFinished(status)),
  };
}

/** How far a request is by its record alone: exact once it is finished, a slice behind while it runs. */
export function recordedReport({ _id, state, counts, bytes, note }: RequestRecord): StatusReport {
  const status = isFinished(state) || state === 'processing' ? state : 'pending';
  return { request_id: _id, status, details: describe(status, counts, note), counts, bytes };
}

function webhookOf(
  { webhook_url: url, _id, round }: RequestRecord,
  delivery: DeliveryRecord | null,
): WebhookView | null {
  if (url === null) return null;
  const { state, attempts, status_code, error, delivered_at } = delivery ?? {
    state: 'waiting',
    attempts: 0,
    status_code: null,
    error: null,
    delivered_at: null,
  };
  const attempted = { attempts, status_code, error, delivered_at };
  return { id: deliveryIdOf(_id, round), url: withoutCredentials(url), state, ...attempted };
}

function linksOf(base: string, id: string, finished: boolean): LinksView {
  const result = finished ? `${base}/image/result/${id}` : null;
  return {
    self: `${base}/image/requests/${id}`,
    status: `${base}/image/status/${id}`,
    images: `${base}/image/requests/${id}/images`,
    events: `${base}/image/requests/${id}/events`,
    result,
    failed: result === null ? null : `${result}?only=failed`,
  };
}
