export interface CacheTimes {
  /** How long an answer is kept after it arrived, in milliseconds. */
  readonly keptMs: number;
  /** How long a failure is kept, so that the next caller does not wait for it again. Default: not at all. */
  readonly failureKeptMs?: number;
  /**
   * How much longer an answer is given to further callers while a new load is pending, so that they need not wait for it;
   * the first caller waits. Default: 0
   */
  readonly staleMs?: number;
}

export interface Cache<T> {
  /** Answers the key from memory, or by `load`. */
  (key: string, load: () => Promise<T>): Promise<T>;
  /** Makes the next call for the key load again, even while a load is pending. Default: all keys. */
  forget(key?: string): void;
}

/** Callers that ask for the same key share one load: while it is pending, and for a time afterwards. */
export function createCache<T>({ keptMs, failureKeptMs = 0, staleMs = 0 }: CacheTimes): Cache<T> {
  const answers = new Map<string, Promise<T>>();
  const stale = new Map<string, Promise<T>>();

  function answerOf(key: string, load: () => Promise<T>): Promise<T> {
    const known = answers.get(key);
    if (known !== undefined) return stale.get(key) ?? known;
    const answer = load();
    answers.set(key, answer);
    answer.then(
      () => {
        arrived(key, answer, keptMs, staleMs);
      },
      () => {
        arrived(key, answer, failureKeptMs, 0);
      },
    );
    return answer;
  }

  function arrived(key: string, answer: Promise<T>, freshFor: number, staleFor: number): void {
    // It was forgotten meanwhile.
    if (answers.get(key) !== answer) return;
    stale.delete(key);
    after(freshFor, () => {
      if (answers.get(key) !== answer) return;
      answers.delete(key);
      if (staleFor === 0) return;
      stale.set(key, answer);
      after(staleFor, () => {
        if (stale.get(key) === answer) stale.delete(key);
      });
    });
  }

  function forget(key?: string): void {
    for (const known of [answers, stale]) {
      if (key === undefined) known.clear();
      else known.delete(key);
    }
  }

  return Object.assign(answerOf, { forget });
}

function after(ms: number, act: () => void): void {
  if (ms === 0) act();
  else setTimeout(act, ms).unref();
}

/**
 * Shares reads between callers that ask for the same key at the same time. A call that arrives during a read waits for
 * the next one: what it gets was read after it was made, so that no caller sees a state from before its own change.
 */
export function createSharedReads<T>(
  read: (key: string) => Promise<T>,
): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const next = new Map<string, Promise<T>>();

  function start(key: string): Promise<T> {
    const result = read(key);
    running.set(key, result);
    const ended = () => running.delete(key);
    result.then(ended, ended);
    return result;
  }

  return (key) => {
    const current = running.get(key);
    if (current === undefined) return start(key);
    const planned = next.get(key);
    if (planned !== undefined) return planned;
    const startNext = () => {
      next.delete(key);
      return start(key);
    };
    const result = current.then(startNext, startNext);
    next.set(key, result);
    return result;
  };
}
