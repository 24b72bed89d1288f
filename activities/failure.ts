import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { DeliveryError } from '../src/errors';
import type { ImageFailure } from '../src/records/types';
import { WORKER_CRASH } from '../workflows/names';
import type { Tally } from './types';

/** The one place where our errors become Temporal's: `type` is our code, so that people can search by it. */

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
    `Expected the worker to outlive this work, but ${crashes} died over it`,
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
