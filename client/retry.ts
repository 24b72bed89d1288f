import { ApiError, ConnectionError } from './errors';
import { sleep } from './sleep';

/** The first pause; each further one is twice as long, up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** A call that the service wants repeated later than this is not repeated. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** The service refused the call before it did anything. */
const TOO_MANY = 429;
/** The others are of the service, or of a proxy before it, while it is down: whether the call had its effect is unknown. */
const UNAVAILABLE: ReadonlySet<number> = new Set([TOO_MANY, 502, 503, 504]);

export interface RetryOptions {
  /** How many times a call is repeated at most. */
  readonly retries: number;
  /** Whether the call may be repeated although it may have had its effect. If not, only 429 is repeated. */
  readonly isRepeatable: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onRetry?: ((error: ApiError | ConnectionError) => void) | undefined;
}

/**
 * Repeats a call that got no answer, or one that asks to try later.
 *
 * @param attempt its parameter: whether an earlier attempt may have had its effect
 * @throws the error of the last attempt; the signal's reason when it is aborted
 */
export async function withRetries<T>(
  { retries, isRepeatable, signal, onRetry }: RetryOptions,
  attempt: (mayBeDone: boolean) => Promise<T>,
): Promise<T> {
  let mayBeDone = false;
  for (let retry = 0; ; retry += 1) {
    signal?.throwIfAborted();
    try {
      return await attempt(mayBeDone);
    } catch (error) {
      signal?.throwIfAborted();
      const isRefused = error instanceof ApiError && error.status === TOO_MANY;
      if (!isUnavailable(error) || !(isRefused || isRepeatable) || retry >= retries) throw error;
      const pause = pauseAfter(error, retry);
      if (pause === null) throw error;
      onRetry?.(error);
      mayBeDone ||= !isRefused;
      await sleep(pause, signal);
    }
  }
}

/** Returns whether the service could not be reached, was down, or has too many calls: later it may answer. */
export function isUnavailable(error: unknown): error is ApiError | ConnectionError {
  return error instanceof ApiError
    ? UNAVAILABLE.has(error.status)
    : error instanceof ConnectionError;
}

/** @returns milliseconds; `null` when the service asks for a pause that is too long */
function pauseAfter(error: unknown, retry: number): number | null {
  const backoff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retry);
  // Clients that lost the service at the same moment do not come back at the same moment.
  const pause = backoff * (0.5 + Math.random() / 2);
  const asked = retryAfterOf(error);
  return asked > LONGEST_RETRY_AFTER_MS ? null : Math.max(asked, pause);
}

/** Returns the pause that the service asks for, a minute at most. @returns milliseconds */
export const askedPauseOf = (error: unknown): number =>
  Math.min(retryAfterOf(error), LONGEST_RETRY_AFTER_MS);

const retryAfterOf = (error: unknown): number =>
  error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
