import type { ByteCounts, Counts } from './counts';
import type { OutcomeStatus, RequestStatus } from './statuses';

/** The answer of the workflow query `status`; the first three are what `GET /image/status` returns. */
export interface StatusReport {
  readonly request_id: string;
  readonly status: RequestStatus;
  readonly details: string;
  readonly counts: Counts;
  readonly bytes: ByteCounts;
}

/** The status of a request that ran to its end. One without any image has nothing that failed. */
export function outcomeFor(counts: Counts): Exclude<OutcomeStatus, 'cancelled'> {
  if (counts.failed === 0) return 'completed';
  return counts.succeeded === 0 ? 'failed' : 'completed_with_errors';
}

/**
 * One sentence for a person: "37 of 40 images compressed, 2 failed, 1 to go".
 *
 * @param note what is to be known beside the counts
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
