import type { RequestRecord } from '../records/types';
import type { Runs } from '../temporal/runs';
import { summaryOf } from './summary';

export interface FinalizeDeps {
  readonly runs: Pick<Runs, 'continueWith'>;
}

/**
 * Records an outcome for an open round whose run ended without one: finished images are kept, the others are
 * cancelled and can be retried.
 *
 * @param note how the run ended, for a person; `null` when there is nothing to add
 */
export async function finalizeRequest(
  { runs }: FinalizeDeps,
  { _id: requestId, round, lanes, counts, bytes, file_name }: RequestRecord,
  note: string | null,
): Promise<void> {
  const input = { requestId, round, task: 'settle', token: `settle-${round}` } as const;
  const told = note === null ? {} : { note };
  await runs.continueWith(
    { ...input, ...told, lanes, counts, bytes },
    summaryOf(file_name, counts.pending),
  );
}
