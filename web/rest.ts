/**
 * Waits before something is read again. In a hidden tab it does not end; it ends at once when the tab becomes visible
 * again, so that the first look shows what is so now.
 *
 * @returns also when the signal aborts
 */
export function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const end = () => {
      over.abort();
      clearTimeout(timer);
      resolve();
    };
    const endIfVisible = () => {
      if (document.visibilityState === 'visible') end();
    };
    const timer = setTimeout(endIfVisible, ms);
    document.addEventListener('visibilitychange', endIfVisible, { signal: over.signal });
    signal.addEventListener('abort', end, { signal: over.signal });
    if (signal.aborted) end();
  });
}
