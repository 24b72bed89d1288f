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
 * Starts a workflow that retries every request matching the filter, and waits for it up to `waitMs`.
 *
 * @returns the counts so far; the workflow continues by itself
 * @throws Refusal `unavailable` when it could not be started
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
    // No worker has answered the query, so the counts are not known.
    logger.warn(
      { workflow_id: workflowId, reason: messageOf(error) },
      'Progress of the bulk retry is not available',
    );
    return { workflowId, retried: 0, skipped: 0 };
  }
}
