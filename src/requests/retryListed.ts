import { fewAtOnce } from './fewAtOnce';
import { isImpossible } from './impossible';
import { retryRequest, startRound, type RetryDeps } from './retry';

/** A request, and its round when it was listed for a retry. */
export interface Listed {
  readonly requestId: string;
  readonly round: number;
}

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
  const results = await fewAtOnce(listed, signal, (one) =>
    retryOne(deps, one).catch((error: unknown) => {
      if (isImpossible(error)) return 'skipped' as const;
      throw error;
    }),
  );
  const skipped = results.filter((result) => result === 'skipped').length;
  return { retried: results.length - skipped, skipped };
}

/** @throws Refusal as `retryRequest` does */
export async function retryOne(deps: RetryDeps, { requestId, round }: Listed): Promise<'done'> {
  const record = await deps.records.requests.find(requestId);
  if (record !== null && record.round > round) {
    // The process that opened the round may have died before it started the run. Starting it twice is harmless.
    if (record.state === 'pending') await startRound(deps, record);
    return 'done';
  }
  await retryRequest(deps, requestId);
  return 'done';
}
