/** A limit of time on one piece of work that can also be cancelled from outside. */
export interface Deadline {
  /** Aborted when the time is up, or when the signal of the caller is. */
  readonly signal: AbortSignal;
  hasPassed(): boolean;
  /** To be called when the work has ended, in whatever way. */
  end(): void;
}

/**
 * Not `AbortSignal.timeout`: that keeps its timer, and all that hangs on it, until the time is up, so that
 * a worker that downloads 300 images a second would hold the remains of 9,000.
 */
export function startDeadline(ms: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  let passed = false;
  const timer = setTimeout(() => {
    passed = true;
    controller.abort();
  }, ms);
  const abort = () => {
    controller.abort(outer.reason);
  };
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: controller.signal,
    hasPassed: () => passed,
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}
