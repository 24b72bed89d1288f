/** Requests that a bulk operation works on at once. */
const AT_ONCE = 4;

/**
 * Does the work for every item, a few at once.
 *
 * @param signal stops it between two groups
 * @returns the results of the items examined
 */
export async function fewAtOnce<T, R>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let first = 0; first < items.length && !signal.aborted; first += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(first, first + AT_ONCE).map(work))));
  }
  return results;
}
