import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';

/**
 * Twice a second: cancellation reaches an activity only with the answer to a heartbeat, and the worker
 * passes on one a second (`maxHeartbeatThrottleInterval`), so that a download stops within two.
 */
const INTERVAL_MS = 500;

/** Runs the work while telling the server that it is alive. */
export async function withHeartbeat<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  // Every image of a slice listens to it; Node would take more than ten listeners for a leak.
  setMaxListeners(0, context.cancellationSignal);
  const beat = setInterval(() => {
    context.heartbeat();
  }, INTERVAL_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(beat);
  }
}
