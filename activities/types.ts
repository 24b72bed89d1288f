import type { IndexRanges } from '../workflows/lanes';
import type { BulkAction, BulkProgress } from '../contract/actions';
import type { ByteCounts, Counts } from '../contract/counts';
import type { OutcomeStatus, RequestStatus } from '../contract/statuses';

/**
 * Inputs and results of activities: ids and numbers, never rows or links, so that payloads stay far below Temporal's
 * limits however large the file is.
 */

/** Identifies one round of one request; every write is fenced by it. */
export interface RoundRef {
  readonly requestId: string;
  readonly round: number;
}

/** Absolute counts; a report with a higher sequence is newer. */
export interface ProgressReport {
  readonly sequence: number;
  readonly counts: Counts;
  readonly bytes: ByteCounts;
}

/**
 * The purpose of a workflow run: `process` processes images, `deliver` sends the webhook of a recorded outcome again,
 * `settle` finalizes a round whose run was ended from outside: it records an outcome.
 */
export type Task = 'process' | 'deliver' | 'settle';

export interface AcceptInput extends RoundRef {
  readonly task: Task;
}

export interface AcceptedRequest {
  readonly status: RequestStatus;
  /**
   * Images per lane. `null`: rows are still to be recorded by `recordSheet`. Absent in results of older versions, which
   * had recorded them before the run.
   */
  readonly lanes?: readonly number[] | null;
  /** File names by lane and number, for the Web UI; `null` for large requests. */
  readonly names: readonly (readonly string[])[] | null;
  /** Whether the namespace has our search attributes; upserting unknown ones would block the workflow. */
  readonly searchAttributes: boolean;
}

export interface SliceInput extends RoundRef {
  readonly lane: number;
  /** Numbers of the images in the lane. */
  readonly numbers: readonly number[];
  readonly progress: ProgressReport;
  /** A worker crashed during this slice before; only one such slice runs at a time. */
  readonly suspect: boolean;
}

export interface ImageInput extends RoundRef {
  readonly lane: number;
  readonly number: number;
}

/** Finished occurrences and their bytes, summed over the images of one activity. */
export interface Tally {
  readonly succeeded: number;
  readonly failed: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface SliceOutcome extends Tally {
  /** Images to be attempted again: number in the lane, and milliseconds until the attempt is due. */
  readonly waiting: readonly (readonly [number: number, dueInMs: number])[];
}

export interface Result {
  readonly counts: Counts;
  readonly bytes: ByteCounts;
}

export interface BuiltResult extends Result {
  /** Occurrences of images that the round had not finished when it was cancelled. */
  readonly undone: number;
}

export interface OutcomeInput extends RoundRef, Result {
  readonly status: OutcomeStatus;
  readonly note: string | null;
}

export interface RecordedOutcome {
  /** Whether a webhook is to be delivered. */
  readonly webhook: boolean;
}

export interface SheetRecorded {
  /** Images per lane. */
  readonly lanes: readonly number[];
  /** Occurrences of images that were done before these occurrences were found, which no slice has counted. */
  readonly late: Pick<Counts, 'succeeded' | 'failed'>;
}

/** The activities of the workflow `imageRequest`; each may run more than once for the same input. */
export interface ImageRequestActivities {
  acceptRequest(input: AcceptInput): Promise<AcceptedRequest>;
  /** Records the rows and images of a large sheet, while the first of its images are processed. */
  recordSheet(input: RoundRef): Promise<SheetRecorded>;
  /** Reopens the images that did not succeed. @returns their numbers, per lane */
  reopenImages(input: RoundRef): Promise<readonly IndexRanges[]>;
  processImages(input: SliceInput): Promise<SliceOutcome>;
  processImage(input: ImageInput): Promise<Tally>;
  buildResult(input: RoundRef): Promise<BuiltResult>;
  recordOutcome(input: OutcomeInput): Promise<RecordedOutcome>;
  deliverWebhook(input: RoundRef): Promise<void>;
}

/** Selects the requests of a bulk retry; times in ISO 8601, of the upload. */
export interface BulkRetryFilter {
  readonly status: readonly OutcomeStatus[];
  readonly since: string | null;
  readonly until: string | null;
}

/** The last request of the previous page; `null` for the first page. */
export interface ListCursor {
  readonly createdAt: string;
  readonly requestId: string;
}

/** Numbers of requests. `skipped`: nothing to retry, or already running again. */
export interface BulkRetryProgress {
  readonly retried: number;
  readonly skipped: number;
}

export interface BulkRetryInput {
  readonly filter: BulkRetryFilter;
  readonly cursor: ListCursor | null;
  readonly progress: BulkRetryProgress;
}

export interface RetryPage {
  readonly requests: readonly RoundRef[];
  /** `null` when this page is the last. */
  readonly next: ListCursor | null;
}

/** Selects the requests of a bulk operation, as `GET /image/requests` does; `null`: any. */
export interface RequestFilter extends Omit<BulkRetryFilter, 'status'> {
  readonly status: readonly RequestStatus[] | null;
  readonly q: string | null;
}

/** What remains of the requests of a bulk operation. */
export type BulkSelection =
  | { readonly filter: RequestFilter; readonly cursor: ListCursor | null }
  | { readonly requestIds: readonly string[] };

/** The memo of a bulk operation: what is shown of it, with or without a worker. */
export interface BulkOperationMemo {
  readonly action: BulkAction;
  readonly matched: number;
  readonly progress: BulkProgress;
}

export interface BulkOperationInput extends BulkOperationMemo {
  readonly operationId: string;
  readonly selection: BulkSelection;
}

/** A request as a bulk operation has found it. */
export interface ListedRequest extends RoundRef {
  readonly finished: boolean;
  /** When its webhook was delivered or failed; `null` when there is none that can be delivered again. */
  readonly deliveryClosedAt: string | null;
}

export interface OperationPage {
  readonly requests: readonly ListedRequest[];
  /** How many of the ids do not exist. */
  readonly missing: number;
  /** Where the next page of a filter begins; `null` when this page is the last. */
  readonly next: ListCursor | null;
}

export interface OperateInput {
  readonly operationId: string;
  readonly action: BulkAction;
  readonly requests: readonly ListedRequest[];
}

/** The activities of bulk retries, of bulk operations and of the service's own sweeps. */
export interface OperatorActivities {
  listForRetry(input: { filter: BulkRetryFilter; cursor: ListCursor | null }): Promise<RetryPage>;
  retryRequests(input: { requests: readonly RoundRef[] }): Promise<BulkRetryProgress>;
  /** Lists one page of a filter, or finds the given requests. */
  listForOperation(selection: BulkSelection): Promise<OperationPage>;
  operate(input: OperateInput): Promise<BulkProgress>;
  /** @returns the number of repairs by finding */
  reconcile(): Promise<Readonly<Record<string, number>>>;
  removeExpired(): Promise<{ readonly removed: number; readonly more: boolean }>;
}

export type Activities = ImageRequestActivities & OperatorActivities;
