import { messageOf, Refusal } from '../errors';
import type { Logger } from '../telemetry/logger';
import type { Records } from '../records/open';
import { isFinished } from '../../contract/statuses';
import type { RequestRecord } from '../records/types';
import type { Runs } from '../temporal/runs';
import { findVisible } from './find';
import { summaryOf } from './summary';

/** Why a webhook was dropped, for a person. */
export const SUPERSEDED =
  'The request was retried before this webhook was delivered; the outcome of the retry is sent instead';

export interface RetryDeps {
  readonly records: Pick<Records, 'requests' | 'rounds' | 'deliveries'>;
  readonly runs: Pick<Runs, 'continueWith'>;
  readonly logger: Logger;
}

/**
 * Runs the images again that did not succeed, under the same id, in a next round. Of several callers at
 * once one succeeds.
 *
 * @throws Refusal `not_found`, `conflict` (still running, nothing failed, another was quicker), `unavailable`
 */
export async function retryRequest(deps: RetryDeps, requestId: string): Promise<void> {
  const { records } = deps;
  const record = await findVisible(records, requestId);
  if (!isFinished(record.state)) throw stillRunning();
  const { total, succeeded } = record.counts;
  const pending = total - succeeded - record.bad_rows;
  if (pending === 0) {
    throw new Refusal(
      'conflict',
      'Expected a request with images that failed, received one without; there is nothing to retry ' +
        '(correct bad rows in the file and upload it again)',
    );
  }
  const counts = { total, succeeded, failed: record.bad_rows, pending };
  if (!(await records.rounds.reopen(record, counts))) throw stillRunning();
  await startRound(deps, { ...record, round: record.round + 1, counts }, record);
}

/**
 * Starts the run of a round that is open in the records.
 *
 * @param before the record to go back to when it cannot be started; none: it is left as it is
 */
export async function startRound(
  { records, runs, logger }: RetryDeps,
  record: Pick<RequestRecord, '_id' | 'round' | 'lanes' | 'counts' | 'bytes' | 'file_name'>,
  before?: RequestRecord,
): Promise<void> {
  const { _id: requestId, round, lanes, counts, bytes, file_name } = record;
  const input = { requestId, round, task: 'process', token: `round-${round}`, lanes } as const;
  try {
    await runs.continueWith({ ...input, counts, bytes }, summaryOf(file_name, counts.pending));
  } catch (error) {
    logger.warn(
      { request_id: requestId, round, reason: messageOf(error) },
      'A retry did not start',
    );
    if (before === undefined || (await records.rounds.rollbackReopen(before)))
      throw noTemporal(error);
    // It started after all: only the answer was lost.
  }
  await records.deliveries.end(requestId, round - 1, 'superseded', SUPERSEDED);
}

export function noTemporal(cause: unknown): Refusal {
  return new Refusal(
    'unavailable',
    'Expected Temporal to answer, received an error; try again in a while',
    [],
    { cause },
  );
}

export function stillRunning(): Refusal {
  return new Refusal(
    'conflict',
    'Expected a finished request, received one still running; wait for its outcome, or cancel it first',
  );
}
