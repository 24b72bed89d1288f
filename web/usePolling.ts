import { useEffect, useState } from 'preact/hooks';

/** A call without an answer is given up, so that no view loads for ever. */
const TIMEOUT_MS = 15_000;

/**
 * Calls `load` at once, then again after each pause while the tab is visible, for as long as the component is shown.
 * Returns the last error, or `null`; a failed call is followed by the next one like any other.
 *
 * @param load must be stable: another function starts again
 */
export function usePolling(load: (signal: AbortSignal) => Promise<void>, pauseMs: number): unknown {
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    const closed = new AbortController();
    const { signal } = closed;
    let timer: ReturnType<typeof setTimeout>;

    async function look() {
      if (document.visibilityState === 'visible') {
        try {
          await load(AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
          if (!signal.aborted) setError(null);
        } catch (failure) {
          if (!signal.aborted) setError(failure);
        }
      }
      if (!signal.aborted) timer = setTimeout(() => void look(), pauseMs);
    }

    void look();
    return () => {
      closed.abort();
      clearTimeout(timer);
    };
  }, [load, pauseMs]);

  return error;
}
