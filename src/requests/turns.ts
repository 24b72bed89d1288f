import { Refusal } from '../errors';

export interface TurnLimits {
  readonly atOnce: number;
  /** How many wait for their turn. Further ones are refused. */
  readonly waiting: number;
  /**
   * How long a turn stays taken after the work: as long as the work took, at most so many milliseconds. Who sends one
   * after the other leaves half of the time to others. Default: 0
   */
  readonly mostPauseMs?: number;
}

/** Runs work at once or when it is its turn, in order of arrival. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Limits how much work is done at once.
 *
 * @param refusal the message to those that may not wait
 * @throws Refusal `unavailable`, when too many wait
 */
export function createTurns(
  { atOnce, waiting, mostPauseMs = 0 }: TurnLimits,
  refusal: string,
): Turns {
  const queue: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (queue.length >= waiting) throw new Refusal('unavailable', refusal);
    await new Promise<void>((resolve) => queue.push(resolve));
  }

  function leave(): void {
    const next = queue.shift();
    // The next one continues in place of this one.
    if (next === undefined) running -= 1;
    else next();
  }

  return async (work) => {
    await enter();
    const started = performance.now();
    try {
      return await work();
    } finally {
      const pauseMs = Math.min(performance.now() - started, mostPauseMs);
      if (pauseMs === 0) leave();
      else setTimeout(leave, pauseMs).unref();
    }
  };
}
