import { Refusal } from '../errors';
import type { Records } from '../records/open';
import { isFinished } from '../../contract/statuses';
import { isPendingRetry } from '../records/rounds';
import type { Runs } from '../temporal/runs';
import { findVisible } from './find';
import { noTemporal } from './retry';
import { finalizeRequest } from './finalize';

export interface CancelDeps {
  readonly records: Pick<Records, 'requests'>;
  readonly runs: Pick<Runs, 'cancel' | 'continueWith'>;
}

/**
 * Cancels a request: downloads stop within two seconds, finished images are kept, and the outcome is recorded
 * and sent by webhook like any other.
 *
 * @throws Refusal `not_found`, `conflict` (already finished), `unavailable`
 */
export async function cancelRequest(deps: CancelDeps, requestId: string): Promise<void> {
  const record = await findVisible(deps.records, requestId);
  if (isFinished(record.state)) {
    throw new Refusal(
      'conflict',
      `Expected a running request, received one that is ${record.state}; there is nothing to cancel`,
    );
  }
  try {
    const isRunning = await deps.runs.cancel(requestId);
    if (isPendingRetry(record)) {
      // The retry may have no run yet, or the cancelled run may be the previous one, which continues with the retry.
      await finalizeRequest(deps, record, null);
    } else if (!isRunning) {
      const note = 'its run had been ended from outside before it was cancelled';
      await finalizeRequest(deps, record, note);
    }
  } catch (error) {
    throw noTemporal(error);
  }
}
