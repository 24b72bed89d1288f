import type { ImageRecord, RequestRecord, RowRecord } from '../../src/records/types';

/** Documents as an upload records them, with the changes of a test. */

/** Returns a request that is being processed. */
export function requestRecord(
  change: Partial<RequestRecord> & Pick<RequestRecord, '_id'>,
): RequestRecord {
  const now = new Date();
  return {
    state: 'processing',
    round: 1,
    sequence: 0,
    counts: { total: 1, succeeded: 0, failed: 0, pending: 1 },
    bytes: { in: 0, out: 0 },
    options: { quality: 50, format: 'keep', effort: 'balanced', max_width: null, max_height: null },
    webhook_url: null,
    columns: ['Product Name', 'Input Image Urls'],
    sheet: { link_columns: [1], delimiter: ',', encoding: 'utf-8', warnings: [] },
    rows: 1,
    lanes: [1],
    bad_rows: 0,
    file_name: 'products.csv',
    fingerprint: '0'.repeat(64),
    note: null,
    created_at: now,
    started_at: now,
    finished_at: null,
    updated_at: now,
    ...change,
  };
}

/** Returns an image without attempts. @param ref its `lane-number` */
export function imageRecord(
  requestId: string,
  ref: string,
  change: Partial<ImageRecord> = {},
): ImageRecord {
  return {
    _id: `${requestId}/${ref}`,
    request_id: requestId,
    url: `http://origin.example/${ref}.jpg`,
    places: 1,
    status: 'pending',
    round: 1,
    attempts: 0,
    error: null,
    retry_at: null,
    result: null,
    ...change,
  };
}

/** Returns the changes of an image that was compressed from 100 bytes to 40. */
export function succeeded(ref: string): Partial<ImageRecord> {
  return {
    status: 'succeeded',
    attempts: 1,
    result: {
      file: `${ref}.jpg`,
      bytes_in: 100,
      bytes_out: 40,
      width: 1,
      height: 1,
      format: 'jpeg',
      note: null,
    },
  };
}

/** Returns the changes of an image that failed permanently. */
export function failed(message = 'Answered 404'): Partial<ImageRecord> {
  return { status: 'failed', attempts: 1, error: { code: 'not_found', message } };
}

export function rowRecord(
  requestId: string,
  number: number,
  images: readonly string[],
  change: Partial<RowRecord> = {},
): RowRecord {
  return {
    _id: `${requestId}/${number}`,
    request_id: requestId,
    number,
    cells: [`Product ${number}`, 'links'],
    images,
    error: null,
    ...change,
  };
}
