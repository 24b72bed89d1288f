import { Refusal } from '../errors';
import { retryRequest, startRound, type RetryDeps } from './retry';

/** A request, and its round when it was listed for a retry. */
export interface Listed {
  readonly requestId: string;
  readonly round: number;
}

/** Requests retried at once. */
const AT_ONCE = 4;

/**
 * Retries the requests that have not changed since they were listed. When repeated after a crash, requests that
 * it retried before count as retried.
 *
 * @param signal stops it between two requests
 * @returns the counts of the requests examined so far
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
      // The process that opened the round may have died before it started the run. Starting it twice is harmless.
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
