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
 * Stops a request: downloads end within two seconds, what is done stays done, and the outcome is recorded
 * and told by webhook as every other.
 *
 * @throws Refusal `not_found`, `conflict` (finished already), `unavailable`
 */
export async function cancelRequest(deps: CancelDeps, requestId: string): Promise<void> {
  const record = await findVisible(deps.records, requestId);
  if (isFinished(record.state)) {
    throw new Refusal(
      'conflict',
      `Expected a request that is running, received one that is ${record.state}; nothing is left to stop`,
    );
  }
  try {
    const isRunning = await deps.runs.cancel(requestId);
    if (isPendingRetry(record)) {
      // It may have no run yet; and one that was cancelled may be the run before, which would go on with it.
      await finalizeRequest(deps, record, null);
    } else if (!isRunning) {
      const note = 'its run had been ended from outside before it was cancelled';
      await finalizeRequest(deps, record, note);
    }
  } catch (error) {
    throw noTemporal(error);
  }
}
