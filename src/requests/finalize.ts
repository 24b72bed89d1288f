import type { RequestRecord } from '../records/types';
import type { Runs } from '../temporal/runs';
import { summaryOf } from './summary';

export interface FinalizeDeps {
  readonly runs: Pick<Runs, 'continueWith'>;
}

/**
 * Records an outcome for an open round whose run is over without one: what is done stays done, what is not
 * is cancelled and can be retried.
 *
 * @param note for a person: how the run ended; `null` when there is nothing to say
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
