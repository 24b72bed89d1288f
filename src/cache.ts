export interface CacheTimes {
  /** How long an answer is kept after it arrived, in milliseconds. */
  readonly keptMs: number;
  /** How long a failure is kept, so that the next caller does not wait for it again. Default: not at all. */
  readonly failureKeptMs?: number;
}

/** Answers the key from memory, or by `load`. */
export type Cache<T> = (key: string, load: () => Promise<T>) => Promise<T>;

/** Callers that ask for the same key share one load: while it is pending, and for a time afterwards. */
export function createCache<T>({ keptMs, failureKeptMs = 0 }: CacheTimes): Cache<T> {
  const answers = new Map<string, Promise<T>>();

  return (key, load) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = load();
    answers.set(key, answer);
    const forget = () => answers.delete(key);
    const forgetIn = (ms: number) => (ms === 0 ? forget() : setTimeout(forget, ms).unref());
    answer.then(
      () => forgetIn(keptMs),
      () => forgetIn(failureKeptMs),
    );
    return answer;
  };
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
