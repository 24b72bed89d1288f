import { Refusal } from '../errors';
import { retryRequest, startRound, type RetryDeps } from './retry';

/** A request as it was when it was listed for a retry. */
export interface Listed {
  readonly requestId: string;
  readonly round: number;
}

/** Requests retried at once. */
const AT_ONCE = 4;

/**
 * Retries the requests that still are as they were listed. Repeated after a crash, it counts those that it
 * had retried before as retried.
 *
 * @param signal stops it between two requests
 * @returns the counts of those that were looked at
 */
export async function retryListed(
  deps: RetryDeps,
  listed: readonly Listed[],
  signal: AbortSignal,
): Promise<{ retried: number; skipped: number }> {
  const tally = { retried: 0, skipped: 0 };
  for (let first = 0; first < listed.length && !signal.aborted; first += AT_ONCE) {
    const results = await Promise.all(
      listed.slice(first, first + AT_ONCE).map((one) => retryOne(deps, one)),
    );
    for (const result of results) tally[result] += 1;
  }
  return tally;
}

async function retryOne(
  deps: RetryDeps,
  { requestId, round }: Listed,
): Promise<'retried' | 'skipped'> {
  try {
    const record = await deps.records.requests.find(requestId);
    if (record !== null && record.round > round) {
      // Whoever opened the round may have died before its run was started; started twice, it is once.
      if (record.state === 'pending') await startRound(deps, record);
      return 'retried';
    }
    await retryRequest(deps, requestId);
    return 'retried';
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'conflict' || error.code === 'not_found')) {
      return 'skipped';
    }
    throw error;
  }
}
