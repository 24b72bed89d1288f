import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';
import type { Runs } from '../temporal/runs';
import { noTemporal } from './retry';

export interface RetryAllDeps {
  readonly runs: Pick<Runs, 'startBulkRetry' | 'bulkRetry'>;
  readonly logger: Logger;
}

export interface RetryAllAnswer {
  readonly workflowId: string;
  readonly retried: number;
  readonly skipped: number;
}

/**
 * Has a workflow retry every request that the filter finds, and waits for it for a time.
 *
 * @returns the counts so far: it goes on whether or not the caller waits
 * @throws Refusal `unavailable`, when it did not start
 */
export async function retryAll(
  { runs, logger }: RetryAllDeps,
  filter: Parameters<Runs['startBulkRetry']>[0],
  waitMs: number,
): Promise<RetryAllAnswer> {
  const workflowId = await runs.startBulkRetry(filter).catch((error: unknown) => {
    throw noTemporal(error);
  });
  try {
    const { retried, skipped } = await runs.bulkRetry(workflowId, waitMs);
    return { workflowId, retried, skipped };
  } catch (error) {
    // No worker answers yet, so nothing is done yet that could be counted.
    logger.warn(
      { workflow_id: workflowId, reason: messageOf(error) },
      'A bulk retry is not watched',
    );
    return { workflowId, retried: 0, skipped: 0 };
  }
}
