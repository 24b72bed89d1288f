import { useEffect, useRef, useState } from 'preact/hooks';
import { sleep } from '../client/sleep';

/** How often it is checked whether something has changed, and the pause after an error. */
const PAUSE_MS = 1_000;

interface Reloaded<T> {
  /** `null` until it is loaded for the first time. */
  readonly value: T | null;
  readonly error: unknown;
}

/**
 * Loads something at once, and again whenever `state` has changed since, at most once a second. After an error it is
 * loaded again until that succeeds.
 *
 * @param load must be stable: another function starts again
 */
export function useReloaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  state: string,
): Reloaded<T> {
  const [reloaded, setReloaded] = useState<Reloaded<T>>({ value: null, error: null });
  const latest = useRef(state);
  latest.current = state;

  useEffect(() => {
    const closed = new AbortController();
    const { signal } = closed;

    async function run() {
      let loaded: string | null = null;
      for (;;) {
        const wanted = latest.current;
        if (wanted !== loaded) {
          try {
            const value = await load(signal);
            setReloaded({ value, error: null });
            loaded = wanted;
          } catch (error) {
            if (signal.aborted) return;
            setReloaded(({ value }) => ({ value, error }));
          }
        }
        await sleep(PAUSE_MS, signal);
      }
    }

    // It ends when the signal aborts.
    run().catch(() => undefined);
    return () => {
      closed.abort();
    };
  }, [load]);

  return reloaded;
}
