import { setMaxListeners } from 'node:events';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { transientOf } from './failure';

/**
 * Twice a second: cancellation reaches an activity only with the answer to a heartbeat, and the worker
 * passes on one a second (`maxHeartbeatThrottleInterval`), so that a download stops within two.
 */
const INTERVAL_MS = 500;

/** In which a heartbeat is surely on the server, where it outlives this process. */
const FLUSH_MS = 250;
/** The same behind an earlier heartbeat: the worker holds it back for up to a second. */
const THROTTLED_FLUSH_MS = 1_500;

/** What an attempt leaves on the server for the next one to know how it ended. */
interface Beat {
  /** Attempts whose worker died, or was frozen for so long that it counts as dead. */
  readonly crashes: number;
  /** The attempt still waits for its turn, or has ended by itself, even if by an error. */
  readonly ended: boolean;
}

/**
 * Runs the work while telling the server that it is alive.
 *
 * @param work gets the signal that ends it, and how many workers died over it before
 * @param turn waited for first, and given back at the end: a worker that dies meanwhile did not die over this
 */
export async function withHeartbeat<T>(
  work: (signal: AbortSignal, crashes: number) => Promise<T>,
  turn?: (signal: AbortSignal) => Promise<() => void>,
): Promise<T> {
  const context = Context.current();
  const { cancellationSignal } = context;
  // Every image of a slice listens to it; Node would take more than ten listeners for a leak.
  setMaxListeners(0, cancellationSignal);
  const crashes = crashesBefore(context);
  const beat = (ended: boolean) => {
    context.heartbeat({ crashes, ended } satisfies Beat);
  };
  let hasBegun = turn === undefined;
  let giveBack: () => void = () => undefined;
  const timer = setInterval(() => {
    beat(!hasBegun);
  }, INTERVAL_MS);
  try {
    if (turn !== undefined) {
      const acquired = turn(cancellationSignal);
      const mustWait = (await Promise.race([acquired, immediate(null)])) === null;
      if (mustWait) beat(true);
      giveBack = await acquired;
      hasBegun = true;
      if (mustWait) await sleep(THROTTLED_FLUSH_MS);
    }
    beat(false);
    // Should this attempt kill the worker at once, the next one is to know.
    if (context.info.attempt > 1) await sleep(FLUSH_MS);
    return await work(cancellationSignal, crashes);
  } catch (error) {
    // Reported together with the failure.
    beat(true);
    throw transientOf(error);
  } finally {
    clearInterval(timer);
    giveBack();
  }
}

function crashesBefore({ info }: Context): number {
  const beat = info.heartbeatDetails as Beat | undefined;
  // An attempt that left no word died before it could.
  if (beat === undefined) return info.attempt > 1 ? 1 : 0;
  return beat.ended ? beat.crashes : beat.crashes + 1;
}
