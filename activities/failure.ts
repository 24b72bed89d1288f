import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import {
  isDiskError,
  messageOf,
  ProcessDied,
  StorageUnavailable,
  type DeliveryError,
} from '../src/errors';
import { isUnavailable } from '../src/records/unavailable';
import type { ImageFailure } from '../src/records/types';
import { WORKER_CRASH } from '../workflows/names';
import type { Tally } from './types';

/** The only mapper from our errors to Temporal's: `type` is our error code, so that people can search for it. */

/**
 * Maps failures that no image caused (storage, MongoDB, a process that died) to retryable ones: the work is retried until then, and
 * uses up no image's attempt. Returns every other error unchanged.
 */
export function transientOf(error: unknown): unknown {
  if (isDiskError(error)) {
    return ApplicationFailure.create({
      type: 'storage_unavailable',
      message: `Expected to write below DATA_DIR, received ${messageOf(error)}; free space there; work continues by itself`,
      cause: error,
    });
  }
  if (error instanceof StorageUnavailable) {
    return ApplicationFailure.create({
      type: 'storage_unavailable',
      message: `Expected the storage to answer, received ${error.message}; work continues when it does`,
      cause: error,
    });
  }
  if (error instanceof ProcessDied) {
    return ApplicationFailure.create({
      type: 'process_died',
      message: `The process that downloads images died (${error.how}); its images are processed again`,
      cause: error,
    });
  }
  if (isUnavailable(error)) {
    return ApplicationFailure.create({
      type: 'mongodb_unavailable',
      message: `Expected MongoDB to answer, received ${messageOf(error)}; work continues when it does`,
      cause: error as Error,
    });
  }
  return error;
}

/** The image failed for now: Temporal retries it when it is due. */
export function imageWaits({ code, message }: ImageFailure, dueInMs: number): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message, nextRetryDelay: Math.max(dueInMs, 1) });
}

/** The image is recorded as failed; the tally has the number of its occurrences. */
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

const BUSY_PAUSE_MS = 2_000;
const MAX_BUSY_PAUSE_MS = 60_000;

/**
 * The receiver has as many deliveries in progress as it may have. This is no attempt: Temporal tries again, with pauses
 * that grow and vary, so that many waiting webhooks do not come back together.
 *
 * @param tries how often the activity was started
 */
export function receiverBusy(tries: number): ApplicationFailure {
  const pause = Math.min(BUSY_PAUSE_MS * 2 ** Math.min(tries - 1, 10), MAX_BUSY_PAUSE_MS);
  return ApplicationFailure.create({
    type: 'receiver_busy',
    message: 'The receiver has not answered earlier webhooks yet; this one is sent later',
    nextRetryDelay: Math.round(pause * (0.5 + Math.random() / 2)),
  });
}

/** Makes the workflow isolate the image that crashes workers. */
export function workersDied(crashes: number): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `Worker crashed ${crashes} times while processing these images`,
    WORKER_CRASH,
  );
}

/** The round that this activity belongs to is over. */
export function roundClosed(requestId: string, round: number): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `Expected request ${requestId} to be open in round ${round}, but it is not: ` +
      'it was withdrawn, deleted, finished or retried meanwhile',
    'round_closed',
  );
}

/**
 * The stored sheet of an accepted upload cannot be read: it was removed or changed.
 *
 * @param lanes the images per lane that are recorded
 */
export function sheetLost(
  requestId: string,
  why: string,
  lanes: readonly number[],
): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'sheet_lost',
    message: `the uploaded sheet of request ${requestId} cannot be read: ${why}`,
    nonRetryable: true,
    details: [lanes],
  });
}

/**
 * Returns the error for interrupted work: a retryable failure when the worker shuts down, so that another worker
 * takes over, and a cancellation when the request was cancelled.
 */
export function interrupted(): ApplicationFailure | CancelledFailure {
  const { cancellationSignal, cancellationDetails } = Context.current();
  const reason = cancellationDetails;
  if (reason?.workerShutdown === true) {
    return ApplicationFailure.create({
      type: 'worker_shutdown',
      message: 'The worker is shutting down; another worker takes over',
      nextRetryDelay: 1,
    });
  }
  const cancelled: unknown = cancellationSignal.reason;
  return cancelled instanceof CancelledFailure
    ? cancelled
    : new CancelledFailure('The request was cancelled');
}
