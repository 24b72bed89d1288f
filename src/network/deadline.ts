/** A time limit for one piece of work that the caller can also abort. */
export interface Deadline {
  /** Aborted when the time is up or the caller's signal is aborted. */
  readonly signal: AbortSignal;
  hasPassed(): boolean;
  /** Aborts the work for another reason than the time limit. */
  abort(reason: Error): void;
  /** Does not count the time of this wait, which the other side is not to blame for. */
  pauseDuring(wait: Promise<void>): Promise<void>;
  /** Must be called when the work has ended, whether it succeeded or failed. */
  end(): void;
}

/**
 * Starts a deadline. `AbortSignal.timeout` is not used because it keeps its timer, and everything the timer
 * references, until the time is up: a worker that downloads 300 images a second would hold the state of 9,000.
 */
export function startDeadline(ms: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  let passed = false;
  let left = ms;
  let started = 0;
  let timer: NodeJS.Timeout;
  function start(): void {
    started = performance.now();
    timer = setTimeout(() => {
      passed = true;
      controller.abort();
    }, left);
  }
  start();
  const abort = () => {
    controller.abort(outer.reason);
  };
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: controller.signal,
    hasPassed: () => passed,
    abort(reason) {
      controller.abort(reason);
    },
    async pauseDuring(wait) {
      clearTimeout(timer);
      left -= performance.now() - started;
      await wait;
      start();
    },
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}
