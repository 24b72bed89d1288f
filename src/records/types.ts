import type { ByteCounts, Counts } from '../../contract/counts';
import type { ImageErrorCode, RowErrorCode } from '../../contract/errorCodes';
import type { CompressOptions, ImageFormat } from '../../contract/formats';
import type { DeliveryState, ImageStatus, RequestStatus } from '../../contract/statuses';

/**
 * The documents as they stand in MongoDB. Every `_id` is computed, never generated, so that each write
 * can be repeated and each read is by key: see docs/decisions/document-model.md.
 */

/**
 * `uploading`: rows and images are being written, and no client knows the id.
 * `withdrawn`: the upload did not get through, or the request was deleted: for clients it does not exist,
 * no run may touch it, and what is left of it is being removed.
 */
export type RequestState = 'uploading' | 'withdrawn' | RequestStatus;

export interface RequestRecord {
  /** The request id, a random UUID. */
  readonly _id: string;
  readonly state: RequestState;
  /** 1 for the first run; a retry opens the next one. */
  readonly round: number;
  /** Of the newest progress report that was recorded in this round. */
  readonly sequence: number;
  readonly counts: Counts;
  readonly bytes: ByteCounts;
  readonly options: CompressOptions;
  /** `null`: none asked for. */
  readonly webhook_url: string | null;
  /** The header cells of the upload, as they were. */
  readonly columns: readonly string[];
  /** How the upload was read; absent in records of older versions. */
  readonly sheet?: SheetRecord | null;
  /** Which of `columns` held the links, in records that have no `sheet`. */
  readonly url_column?: number;
  /** Number of row documents: `{request}/1` to `{request}/{rows}`. */
  readonly rows: number;
  /** Number of images per lane: `{request}/{lane}-0` to `{request}/{lane}-{n - 1}`. */
  readonly lanes: readonly number[];
  /** Rows without a usable link; each counts as one failed, in every round. */
  readonly bad_rows: number;
  /** The name of the uploaded file, as the client gave it. */
  readonly file_name: string;
  /** Present when the upload carried an `Idempotency-Key`. Unique. */
  readonly idempotency_key?: string;
  /** SHA-256 of the upload's content and options: tells a repeated upload from another under the same key. */
  readonly fingerprint: string;
  /** What a person should know beside the counts: that the run was ended from outside. */
  readonly note: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly updated_at: Date;
}

export interface SheetRecord {
  /** Which of the request's `columns` hold links, from left to right. */
  readonly link_columns: readonly number[];
  readonly delimiter: string;
  /** WHATWG label. */
  readonly encoding: string;
  /** Warnings about the sheet, as sentences. */
  readonly warnings: readonly string[];
}

export interface RowRecord {
  /** `{request}/{number}` */
  readonly _id: string;
  readonly request_id: string;
  /** 1 for the first row below the header; empty lines are not counted. */
  readonly number: number;
  /** As many as the request has columns, text as it was. */
  readonly cells: readonly string[];
  /** The images in the sequence of the links, each as `{lane}-{n}`; one image may stand several times. */
  readonly images: readonly string[];
  /** Why no image could be read from the row; `null` for a good row. */
  readonly error: { readonly code: RowErrorCode; readonly message: string } | null;
}

/** What came out of one image that succeeded. */
export interface CompressedImage {
  /** Of the file under the request, ending in a hash of its content. */
  readonly file: string;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
  /** What a person should know of the output: that frames or pages were left out. Absent in older records. */
  readonly note?: string | null;
}

export interface ImageFailure {
  readonly code: ImageErrorCode;
  readonly message: string;
}

export interface ImageRecord {
  /** `{request}/{lane}-{n}` */
  readonly _id: string;
  readonly request_id: string;
  /** The link, as it stands in the sheet. */
  readonly url: string;
  /** How many places of the sheet show this image. */
  readonly places: number;
  readonly status: ImageStatus;
  /** The round in which the image may be recorded; `null` when none may (fences runs that wake late). */
  readonly round: number | null;
  /** Attempts that ended in this round. One that a crash cut off is not counted. */
  readonly attempts: number;
  /** Of the last attempt that failed, also while the next one is awaited. */
  readonly error: ImageFailure | null;
  /** Not to be tried again before; `null` when nothing is awaited. */
  readonly retry_at: Date | null;
  readonly result: CompressedImage | null;
}

/** The webhook of one outcome. */
export interface DeliveryRecord {
  /** `{request}.{round}`, sent as `webhook-id`. */
  readonly _id: string;
  readonly request_id: string;
  readonly url: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Of the last attempt; `null` when no answer came. */
  readonly status_code: number | null;
  readonly error: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly delivered_at: Date | null;
}
