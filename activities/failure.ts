import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { isDiskError, messageOf, type DeliveryError } from '../src/errors';
import { isUnavailable } from '../src/records/unavailable';
import type { ImageFailure } from '../src/records/types';
import { WORKER_CRASH } from '../workflows/names';
import type { Tally } from './types';

/** The one place where our errors become Temporal's: `type` is our code, so that people can search by it. */

/**
 * A failure that no image caused and that an operator can end: the work is retried until then, and costs
 * no image an attempt. Everything else stays as it is.
 */
export function transientOf(error: unknown): unknown {
  if (isDiskError(error)) {
    return ApplicationFailure.create({
      type: 'storage_unavailable',
      message: `Expected to write below DATA_DIR, received ${messageOf(error)}; make room there, work goes on by itself`,
      cause: error,
    });
  }
  if (isUnavailable(error)) {
    return ApplicationFailure.create({
      type: 'mongodb_unavailable',
      message: `Expected MongoDB to answer, received ${messageOf(error)}; work goes on when it does`,
      cause: error as Error,
    });
  }
  return error;
}

/** The image will be tried again, by Temporal, at its own pace or when the origin said. */
export function imageWaits({ code, message }: ImageFailure, dueInMs: number): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message, nextRetryDelay: Math.max(dueInMs, 1) });
}

/** The image is recorded as failed; the tally tells the workflow how many places that were. */
export function imageGivenUp({ code, message }: ImageFailure, tally: Tally): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [tally] });
}

export function deliveryFailed(
  error: DeliveryError,
  nextRetryInMs: number | null,
): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.statusCode === null ? 'webhook_unreachable' : `webhook_http_${error.statusCode}`,
    message: error.message,
    cause: error,
    ...(nextRetryInMs === null ? { nonRetryable: true } : { nextRetryDelay: nextRetryInMs }),
  });
}

/** For the workflow to look more closely at what was being worked on. */
export function workersDied(crashes: number): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `Worker crashed ${crashes} times while processing these images`,
    WORKER_CRASH,
  );
}

/** The run that asked for this is over, or another one has taken its place. */
export function roundClosed(requestId: string, round: number): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `Expected request ${requestId} to be open in round ${round}, but it is not: ` +
      'it was withdrawn, deleted, finished or retried meanwhile',
    'round_closed',
  );
}

/**
 * Why work was cut off, in the words that make Temporal do the right thing: a worker that shuts down
 * hands its work to another one; a cancelled request ends it.
 */
export function interrupted(): ApplicationFailure | CancelledFailure {
  const { cancellationSignal, cancellationDetails } = Context.current();
  const reason = cancellationDetails;
  if (reason?.workerShutdown === true) {
    return ApplicationFailure.create({
      type: 'worker_shutdown',
      message: 'The worker is shutting down; another one goes on',
      nextRetryDelay: 1,
    });
  }
  const cancelled: unknown = cancellationSignal.reason;
  return cancelled instanceof CancelledFailure
    ? cancelled
    : new CancelledFailure('The request was cancelled');
}
