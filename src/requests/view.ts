import { describe, type StatusReport } from '../../contract/report';
import type { ByteCounts, Counts } from '../../contract/counts';
import { isFinished, type RequestStatus, type DeliveryState } from '../../contract/statuses';
import type { CompressOptions } from '../../contract/formats';
import { withoutCredentials } from '../network/webUrl';
import { deliveryIdOf } from '../records/deliveries';
import type { DeliveryRecord, RequestRecord } from '../records/types';

/** A request as people and programs outside see it: over HTTP, in an event, at an operator's terminal. */
export interface RequestView {
  readonly request_id: string;
  readonly status: RequestStatus;
  readonly details: string;
  readonly file_name: string;
  readonly counts: Counts;
  readonly bytes: ByteCounts;
  readonly options: CompressOptions;
  readonly sheet: SheetView;
  /** 1 for the first run; each retry is another. */
  readonly attempt: number;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  /** `null`: none was asked for. */
  readonly webhook: WebhookView | null;
  readonly links: LinksView;
}

/** How the uploaded sheet was read. */
export interface SheetView {
  /** The names in the header. */
  readonly columns: readonly string[];
  /** Those of them that were read for links, from left to right. */
  readonly link_columns: readonly string[];
  /** `null` for uploads recorded by older versions. */
  readonly delimiter: string | null;
  readonly encoding: string;
  readonly rows: number;
  readonly warnings: readonly string[];
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
    sheet: sheetOf(record),
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

function sheetOf({ columns, rows, sheet, url_column }: RequestRecord): SheetView {
  const { link_columns, ...read } = sheet ?? {
    link_columns: url_column === undefined ? [] : [url_column],
    delimiter: null,
    encoding: 'utf-8',
    warnings: [],
  };
  const names = link_columns.map((column) => columns[column] ?? '');
  return { columns, link_columns: names, ...read, rows };
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
