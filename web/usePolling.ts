import { useEffect, useState } from 'preact/hooks';
import { inTime } from './inTime';
import { rest } from './rest';

/**
 * Calls `load` at once, then again after each pause and whenever the tab becomes visible, for as long as the component is
 * shown. Returns the last error, or `null`; a failed call is followed by the next one like any other.
 *
 * @param load must be stable: another function starts again
 */
export function usePolling(load: (signal: AbortSignal) => Promise<void>, pauseMs: number): unknown {
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    const closed = new AbortController();
    const { signal } = closed;

    async function read() {
      try {
        await load(inTime(signal));
        if (!signal.aborted) setError(null);
      } catch (failure) {
        if (!signal.aborted) setError(failure);
      }
    }

    async function run() {
      while (!signal.aborted) {
        await read();
        await rest(pauseMs, signal);
      }
    }

    void run();
    return () => {
      closed.abort();
    };
  }, [load, pauseMs]);

  return error;
}
