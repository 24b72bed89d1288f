import type { ByteCounts, Counts, OutcomeStatus } from '../workflows/progress';

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

export interface AcceptedRequest {
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

export interface OutcomeInput extends RoundRef, Result {
  readonly status: OutcomeStatus;
}

export interface RecordedOutcome {
  /** Whether a webhook is to be delivered. */
  readonly webhook: boolean;
}

/** The activities of the workflow `imageRequest`; each may run more than once for the same input. */
export interface ImageRequestActivities {
  acceptRequest(input: RoundRef): Promise<AcceptedRequest>;
  processImages(input: SliceInput): Promise<SliceOutcome>;
  processImage(input: ImageInput): Promise<Tally>;
  buildResult(input: RoundRef): Promise<Result>;
  recordOutcome(input: OutcomeInput): Promise<RecordedOutcome>;
  deliverWebhook(input: RoundRef): Promise<void>;
}
