/**
 * Runs `work` for as long as the tab is visible. A hidden tab gives up its connection: to one host, a browser has only six
 * over HTTP/1.1, and a seventh tab with a running request would not load.
 *
 * @param work is given a signal that aborts when the tab is hidden, or with the given one
 * @returns `null` when the tab was hidden before the end, also if `work` failed then
 */
export async function whileVisible<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const hidden = new AbortController();
  const over = new AbortController();
  const endIfHidden = () => {
    if (document.visibilityState === 'hidden') hidden.abort();
  };
  document.addEventListener('visibilitychange', endIfHidden, { signal: over.signal });
  endIfHidden();
  try {
    return await work(AbortSignal.any([signal, hidden.signal]));
  } catch (error) {
    if (hidden.signal.aborted) return null;
    throw error;
  } finally {
    over.abort();
  }
}
