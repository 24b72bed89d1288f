import { useEffect, useState } from 'preact/hooks';
import { inTime } from './inTime';

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
          await load(inTime(signal));
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
