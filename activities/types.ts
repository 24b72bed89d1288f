import type { IndexRanges } from '../workflows/lanes';
import type { ByteCounts, Counts } from '../contract/counts';
import type { OutcomeStatus, RequestStatus } from '../contract/statuses';

/**
 * What travels between the workflow and its activities: ids and numbers, never rows or links, so that a
 * payload stays far below Temporal's limits however large the sheet is.
 */

/** Names one run of one request; every write is fenced by it. */
export interface RoundRef {
  readonly requestId: string;
  readonly round: number;
}

/** Absolute numbers, newer than every report with a smaller sequence. */
export interface ProgressReport {
  readonly sequence: number;
  readonly counts: Counts;
  readonly bytes: ByteCounts;
}

/**
 * What a run of the workflow is for: `process` works on the images, `deliver` sends the webhook of a recorded
 * outcome once more, `settle` records an outcome for a round whose run was ended from outside.
 */
export type Task = 'process' | 'deliver' | 'settle';

export interface AcceptInput extends RoundRef {
  readonly task: Task;
}

export interface AcceptedRequest {
  readonly status: RequestStatus;
  /** File names by lane and number, for people in the Web UI; only of requests small enough to list. */
  readonly names: readonly (readonly string[])[] | null;
  /** Whether the namespace has our search attributes; upserting unknown ones would block the workflow. */
  readonly searchAttributes: boolean;
}

export interface SliceInput extends RoundRef {
  readonly lane: number;
  /** The images' numbers in the lane. */
  readonly numbers: readonly number[];
  readonly progress: ProgressReport;
  /** A worker died over this slice before: it is the only such one that runs. */
  readonly suspect: boolean;
}

export interface ImageInput extends RoundRef {
  readonly lane: number;
  readonly number: number;
}

/** Places and bytes that reached their end, as absolute sums over the images of one call. */
export interface Tally {
  readonly succeeded: number;
  readonly failed: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface SliceOutcome extends Tally {
  /** Images that failed for now: number in the lane, and milliseconds until the next attempt is due. */
  readonly waiting: readonly (readonly [number: number, dueInMs: number])[];
}

export interface Result {
  readonly counts: Counts;
  readonly bytes: ByteCounts;
}

export interface BuiltResult extends Result {
  /** Places of images that the round did not come to before it was stopped. */
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

/** The activities of the workflow `imageRequest`; each may run more than once for the same input. */
export interface ImageRequestActivities {
  acceptRequest(input: AcceptInput): Promise<AcceptedRequest>;
  /** Lets a retry try again what did not succeed. @returns the images' numbers, per lane */
  reopenImages(input: RoundRef): Promise<readonly IndexRanges[]>;
  processImages(input: SliceInput): Promise<SliceOutcome>;
  processImage(input: ImageInput): Promise<Tally>;
  buildResult(input: RoundRef): Promise<BuiltResult>;
  recordOutcome(input: OutcomeInput): Promise<RecordedOutcome>;
  deliverWebhook(input: RoundRef): Promise<void>;
}

/** Which requests a bulk retry is about; times in ISO 8601, of the upload. */
export interface BulkRetryFilter {
  readonly status: readonly OutcomeStatus[];
  readonly since: string | null;
  readonly until: string | null;
}

/** Behind which request a page begins; `null` for the first. */
export interface ListCursor {
  readonly createdAt: string;
  readonly requestId: string;
}

/** Requests. `skipped`: they had nothing to retry, or were running again. */
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

/** The activities of the workflows by which operators, and the service itself, look after requests. */
export interface OperatorActivities {
  listForRetry(input: { filter: BulkRetryFilter; cursor: ListCursor | null }): Promise<RetryPage>;
  retryRequests(input: { requests: readonly RoundRef[] }): Promise<BulkRetryProgress>;
  /** @returns how often each kind of finding was repaired */
  reconcile(): Promise<Readonly<Record<string, number>>>;
  removeExpired(): Promise<{ readonly removed: number; readonly more: boolean }>;
}

export type Activities = ImageRequestActivities & OperatorActivities;
