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
