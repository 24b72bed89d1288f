import type { ByteCounts, Counts } from './counts';
import type { OutcomeStatus, RequestStatus } from './statuses';

/** The result of the workflow query `status`. `GET /image/status` returns the first three fields. */
export interface StatusReport {
  readonly request_id: string;
  readonly status: RequestStatus;
  readonly details: string;
  readonly counts: Counts;
  readonly bytes: ByteCounts;
}

/** Returns the status of a request that was not cancelled. A request without images is `completed`. */
export function outcomeFor(counts: Counts): Exclude<OutcomeStatus, 'cancelled'> {
  if (counts.failed === 0) return 'completed';
  return counts.succeeded === 0 ? 'failed' : 'completed_with_errors';
}

/**
 * Describes the counts in one sentence: "37 of 40 images compressed, 2 failed, 1 to go".
 *
 * @param note appended to the sentence
 */
export function describe(
  status: RequestStatus,
  counts: Counts,
  note: string | null = null,
): string {
  const parts = [
    `${counts.succeeded} of ${counts.total} ${counts.total === 1 ? 'image' : 'images'} compressed`,
  ];
  if (counts.failed > 0) parts.push(`${counts.failed} failed`);
  if (counts.pending > 0) {
    parts.push(status === 'cancelled' ? `${counts.pending} cancelled` : `${counts.pending} to go`);
  }
  return note === null ? parts.join(', ') : `${parts.join(', ')}; ${note}`;
}
