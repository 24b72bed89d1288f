import type { ByteCounts, Counts } from '../../contract/counts';
import type { ImageErrorCode, RowErrorCode } from '../../contract/errorCodes';
import type { Finding } from '../../contract/findings';
import type { CompressOptions, ImageFormat } from '../../contract/formats';
import type { Output } from '../../contract/sheets';
import type { TimelineStep } from '../../contract/timeline';
import type { DeliveryState, ImageStatus, RequestStatus } from '../../contract/statuses';

/**
 * The documents in MongoDB. Every `_id` is computed, never generated: each write can be repeated, and each read is by
 * key. See docs/decisions/document-model.md.
 */

/**
 * `uploading`: the sheet is being stored, and no client knows the id.
 * `withdrawn`: the upload was rolled back, or the request was deleted. For clients it does not exist, no run may
 * change it, and its documents and files are being removed, or were (`removed_at`).
 */
export type RequestState = 'uploading' | 'withdrawn' | RequestStatus;

export interface RequestRecord {
  /** The request id, a random UUID. */
  readonly _id: string;
  readonly state: RequestState;
  /** The name of the caller that uploaded it; `null`: it had none. Absent in records of older versions. */
  readonly owner?: string | null;
  /** The same for all requests of one caller, who may have no name; a hash. Absent in records of older versions. */
  readonly caller?: string;
  /** 1 for the upload; each retry opens the next round. */
  readonly round: number;
  /** Sequence number of the newest progress report recorded in this round. */
  readonly sequence: number;
  readonly counts: Counts;
  readonly bytes: ByteCounts;
  readonly options: CompressOptions;
  /** `null`: no webhook was requested. */
  readonly webhook_url: string | null;
  /** The header cells of the upload, unchanged. */
  readonly columns: readonly string[];
  /** How the upload was read; absent in records of older versions. */
  readonly sheet?: SheetRecord | null;
  /** Index of the link column, in records without `sheet`. */
  readonly url_column?: number;
  /** Number of rows of the sheet: their documents are `{request}/1` to `{request}/{rows}`. */
  readonly rows: number;
  /**
   * Number of images per lane: `{request}/{lane}-0` to `{request}/{lane}-{n - 1}`; of those recorded, while rows are
   * being recorded.
   */
  readonly lanes: readonly number[];
  /** Absent when all rows and images are recorded, as in all records of older versions. */
  readonly recording?: RecordingRecord;
  /** Rows without a usable link; each counts as one failed, in every round. */
  readonly bad_rows: number;
  /** The name of the uploaded file, as the client gave it. */
  readonly file_name: string;
  /** Present when the upload carried an `Idempotency-Key`: the key, after the owner and a space if it has one. Unique. */
  readonly idempotency_key?: string;
  /** SHA-256 of the upload's content and options. Distinguishes a repeated upload from another under the same key. */
  readonly fingerprint: string;
  /** A sentence in addition to the counts: that the run was ended from outside. */
  readonly note: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly updated_at: Date;
  /**
   * When the files and the other documents of a withdrawn request were removed. Its own document is kept for a while, with
   * little in it, because a worker that was paused may still write a file.
   */
  readonly removed_at?: Date;
}

/** How the rows of a stored sheet are read, and how far that is. Its other properties are in `SheetRecord`. */
export interface RecordingRecord {
  /** The rows up to this number are recorded, with their images. */
  readonly rows: number;
  /** How much work it is; see `weightOf`. */
  readonly weight: number;
  /** Offset in characters at which the rows begin. */
  readonly begins_at: number;
  readonly may_lack_links: boolean;
  readonly is_escaped: boolean;
  readonly has_odd_quotes: boolean;
}

export interface SheetRecord {
  /** Indexes of the request's `columns` that hold links, in ascending order. */
  readonly link_columns: readonly number[];
  readonly delimiter: string;
  /** WHATWG label. */
  readonly encoding: string;
  /** Whether the file began with a byte order mark. Absent in records of older versions, like all below. */
  readonly has_mark?: boolean;
  readonly line_end?: string;
  /** Title, `sep=` and blank lines above the header, unchanged, with their line ends. */
  readonly preamble?: string;
  readonly base_url?: string | null;
  readonly output?: Output;
  /** Warnings about the file, as sentences. */
  readonly warnings: readonly string[];
}

export interface RowRecord {
  /** `{request}/{number}` */
  readonly _id: string;
  readonly request_id: string;
  /** 1 for the first row below the header; empty lines are not counted. */
  readonly number: number;
  /** One cell per column, unchanged. */
  readonly cells: readonly string[];
  /** The images in the order of the links, each as `{lane}-{n}`. An image may occur several times. */
  readonly images: readonly string[];
  /** Why no image could be read from the row; `null` for a good row. */
  readonly error: { readonly code: RowErrorCode; readonly message: string } | null;
}

/** The result of an image that succeeded. */
export interface CompressedImage {
  /** Name of the file below the folder of the request. It ends in a hash of the content. */
  readonly file: string;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
  /** A sentence about the output: that frames or pages were left out. Absent in older records. */
  readonly note?: string | null;
}

export interface ImageFailure {
  readonly code: ImageErrorCode;
  readonly message: string;
}

/** What happened to an image in its round. */
export interface TimelineRecord {
  /** When a retry of the request reopened it; absent in the first round. */
  readonly queued_at?: Date;
  /** The newest attempts that failed and are followed by another one, in order. */
  readonly retried?: readonly RetriedAttempt[];
  /** The attempt with which the image was done. */
  readonly last?: LastAttempt;
}

export interface RetriedAttempt {
  readonly at: Date;
  readonly code: ImageErrorCode;
}

export interface LastAttempt {
  readonly began_at: Date;
  /** Milliseconds: how long after `began_at` each step ended, and how long it took. */
  readonly steps: Readonly<Partial<Record<TimelineStep, readonly [after: number, ms: number]>>>;
  /** Milliseconds after `began_at`. */
  readonly ended: number;
}

export interface ImageRecord {
  /** `{request}/{lane}-{n}` */
  readonly _id: string;
  readonly request_id: string;
  /** The link as written in the CSV; of a `data:` link what is shown in its place. */
  readonly url: string;
  /** The image of a `data:` link. Read only to process it: see `dataOf`. */
  readonly data?: Buffer;
  /** Number of occurrences of the link in the CSV; while rows are being recorded, of those known. */
  readonly places: number;
  /**
   * How many of the `places` were found after the image was done. The run that processed it has not counted them, so
   * the activity that records rows reports them. Absent: none.
   */
  readonly late?: number;
  readonly status: ImageStatus;
  /** The round that may record this image; `null` when no round may. It fences off stale runs. */
  readonly round: number | null;
  /** Attempts that ended in this round. One that a crash interrupted is not counted. */
  readonly attempts: number;
  /** Error of the last attempt, if it failed; kept while the image waits for the next attempt. */
  readonly error: ImageFailure | null;
  /** Earliest time of the next attempt; `null` when the image is not waiting for one. */
  readonly retry_at: Date | null;
  readonly result: CompressedImage | null;
  /** Absent before the first attempt, and in records of older versions. Only `find` reads its last attempt. */
  readonly timeline?: TimelineRecord;
}

/** What a worker process last reported of itself. */
export interface WorkerRecord {
  /** Random: a worker that is started again is another one. */
  readonly _id: string;
  /** The name of its machine or container. */
  readonly host: string;
  readonly version: string;
  readonly started_at: Date;
  readonly seen_at: Date;
  readonly images_in_progress: number;
  readonly cooling_hosts: readonly CoolingHostRecord[];
}

/** A host that is not asked before a time. */
export interface CoolingHostRecord {
  readonly host: string;
  readonly until: Date;
  /** The error code of its last answer. */
  readonly reason: string;
}

/** What the reconciler last found wrong with a request. */
export interface FindingRecord {
  /** `{request}/{finding}` */
  readonly _id: string;
  readonly request_id: string;
  readonly finding: Finding;
  /** A sentence. */
  readonly note: string;
  readonly at: Date;
}

/** The webhook of one outcome. */
export interface DeliveryRecord {
  /** `{request}.{round}`, sent as `webhook-id`. */
  readonly _id: string;
  readonly request_id: string;
  readonly url: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Of the last attempt; `null` when there was no response. */
  readonly status_code: number | null;
  readonly error: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly delivered_at: Date | null;
}
