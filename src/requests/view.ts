import type { RequestResource } from '../../contract/http/requests';
import { describe, type StatusReport } from '../../contract/report';
import { isFinished } from '../../contract/statuses';
import { withoutCredentials } from '../../contract/webUrl';
import { deliveryIdOf } from '../records/deliveries';
import type { DeliveryRecord, RequestRecord } from '../records/types';

export interface LinkTargets {
  /** The base of all links but that to Temporal. */
  readonly publicUrl: string;
  /** The request's page in the Temporal Web UI; `null` when it is not known. */
  readonly temporalPage: string | null;
}

/**
 * Builds the request resource of the HTTP contract.
 *
 * @param report status and counts, from the running workflow or from the record ({@link recordedReport})
 * @param delivery the webhook delivery of the record's round; `null` when there is none (yet)
 */
export function viewOf(
  record: RequestRecord,
  report: StatusReport,
  delivery: DeliveryRecord | null,
  { publicUrl, temporalPage }: LinkTargets,
): RequestResource {
  const { status, details, counts, bytes } = report;
  return {
    request_id: record._id,
    status,
    details,
    file_name: record.file_name,
    counts,
    bytes,
    options: {
      ...record.options,
      base_url: shownBase(record.sheet?.base_url),
      output: record.sheet?.output ?? 'append',
    },
    sheet: sheetOf(record),
    round: record.round,
    created_at: record.created_at.toISOString(),
    started_at: timeOf(record.started_at),
    finished_at: timeOf(record.finished_at),
    webhook: webhookOf(record, delivery),
    links: { ...linksOf(publicUrl, record._id, isFinished(status)), temporal: temporalPage },
  };
}

/** The status of a request by its record alone: exact once it is finished, slightly old while it runs. */
export function recordedReport({ _id, state, counts, bytes, note }: RequestRecord): StatusReport {
  const status = isFinished(state) || state === 'processing' ? state : 'pending';
  return { request_id: _id, status, details: describe(status, counts, note), counts, bytes };
}

function shownBase(url: string | null | undefined): string | null {
  return url === null || url === undefined ? null : withoutCredentials(url);
}

function timeOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

function sheetOf({ columns, rows, sheet, url_column }: RequestRecord): RequestResource['sheet'] {
  const { link_columns, delimiter, encoding, warnings } = sheet ?? {
    link_columns: url_column === undefined ? [] : [url_column],
    delimiter: null,
    encoding: 'utf-8',
    warnings: [],
  };
  const names = link_columns.map((column) => columns[column] ?? '');
  return {
    columns: [...columns],
    link_columns: names,
    delimiter,
    encoding,
    rows,
    warnings: [...warnings],
  };
}

function webhookOf(
  { webhook_url: url, _id, round }: RequestRecord,
  delivery: DeliveryRecord | null,
): RequestResource['webhook'] {
  if (url === null) return null;
  const { state, attempts, status_code, error, delivered_at } = delivery ?? {
    state: 'waiting',
    attempts: 0,
    status_code: null,
    error: null,
    delivered_at: null,
  };
  const attempted = { attempts, status_code, error, delivered_at: timeOf(delivered_at) };
  return { id: deliveryIdOf(_id, round), url: withoutCredentials(url), state, ...attempted };
}

function linksOf(
  base: string,
  id: string,
  finished: boolean,
): Omit<RequestResource['links'], 'temporal'> {
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
