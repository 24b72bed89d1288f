import { setMaxListeners } from 'node:events';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ProcessDied } from '../src/errors';
import { transientOf } from './failure';

/**
 * As often as the worker sends heartbeats (`maxHeartbeatThrottleInterval`): cancellation reaches an activity only with
 * the answer to one, so that a download stops within two seconds.
 */
const INTERVAL_MS = 1_000;

/** By then a heartbeat has reached the server, and survives a crash of this process. */
const FLUSH_MS = 250;
/** By then a heartbeat sent right after another one has reached the server: the worker delays it by up to a second. */
const THROTTLED_FLUSH_MS = 1_500;

/** Heartbeat details, from which the next attempt learns how this one ended. */
interface Beat {
  /** Attempts whose worker crashed, or was unresponsive for longer than the heartbeat timeout. */
  readonly crashes: number;
  /** True before the work begins and after it has ended, also by an error: a crash then does not count. */
  readonly ended: boolean;
}

/**
 * Runs the work while sending heartbeats.
 *
 * @param work gets the cancellation signal, and how many workers crashed during earlier attempts
 * @param acquirePermit called first, released at the end: a crash while waiting for it does not count
 */
export async function withHeartbeat<T>(
  work: (signal: AbortSignal, crashes: number) => Promise<T>,
  acquirePermit?: (signal: AbortSignal) => Promise<() => void>,
): Promise<T> {
  const context = Context.current();
  const { cancellationSignal } = context;
  // Every image of a slice listens to it; Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, cancellationSignal);
  const crashes = crashesBefore(context);
  const beat = (ended: boolean, counted = crashes) => {
    context.heartbeat({ crashes: counted, ended } satisfies Beat);
  };
  let hasBegun = acquirePermit === undefined;
  let releasePermit: () => void = () => undefined;
  const timer = setInterval(() => {
    beat(!hasBegun);
  }, INTERVAL_MS);
  try {
    if (acquirePermit !== undefined) {
      const acquired = acquirePermit(cancellationSignal);
      const mustWait = (await Promise.race([acquired, immediate(null)])) === null;
      if (mustWait) beat(true);
      releasePermit = await acquired;
      hasBegun = true;
      if (mustWait) {
        beat(false);
        await sleep(THROTTLED_FLUSH_MS);
      }
    }
    // If this attempt crashes the worker at once, the next one must know. Of a first attempt it knows without a heartbeat,
    // which is a call to the server.
    if (context.info.attempt > 1) {
      beat(false);
      await sleep(FLUSH_MS);
    }
    return await work(cancellationSignal, crashes);
  } catch (error) {
    // Reported together with the failure. A process that all images share may have died of one of these.
    beat(true, error instanceof ProcessDied ? crashes + 1 : crashes);
    throw transientOf(error);
  } finally {
    clearInterval(timer);
    releasePermit();
  }
}

function crashesBefore({ info }: Context): number {
  const beat = info.heartbeatDetails as Beat | undefined;
  // The details are those of the previous attempt. Without any, it crashed before its first heartbeat.
  if (beat === undefined) return info.attempt > 1 ? 1 : 0;
  return beat.ended ? beat.crashes : beat.crashes + 1;
}
