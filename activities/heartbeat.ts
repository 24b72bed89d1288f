import { Context } from '@temporalio/activity';

/**
 * Twice a second: cancellation reaches an activity only with the answer to a heartbeat, and the worker
 * passes on one a second (`maxHeartbeatThrottleInterval`), so that a download stops within two.
 */
const INTERVAL_MS = 500;

/** Runs the work while telling the server that it is alive. */
export async function withHeartbeat<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  const beat = setInterval(() => {
    context.heartbeat();
  }, INTERVAL_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(beat);
  }
}
