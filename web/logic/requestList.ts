/** What the list needs of a request. */
interface Listed {
  readonly request_id: string;
}

export interface Loaded<T> {
  readonly requests: readonly T[];
  /** `null`: all are loaded. */
  readonly cursor: string | null;
}

interface Page<T> {
  readonly requests: readonly T[];
  readonly next_cursor: string | null;
}

/**
 * Puts the newest page over the loaded requests, newest first. Requests that the page would contain but does not were
 * deleted or no longer match the filter.
 */
export function refresh<T extends Listed>(loaded: Loaded<T>, newest: Page<T>): Loaded<T> {
  if (newest.next_cursor === null) return { requests: newest.requests, cursor: null };
  const last = newest.requests.at(-1);
  const overlap = loaded.requests.findIndex(({ request_id }) => request_id === last?.request_id);
  // Without an overlap there may be unknown requests between the page and the older ones.
  if (overlap === -1) return { requests: newest.requests, cursor: newest.next_cursor };
  const older = loaded.requests.slice(overlap + 1);
  return {
    requests: [...newest.requests, ...older],
    cursor: older.length === 0 ? newest.next_cursor : loaded.cursor,
  };
}

/** Adds the page that follows the loaded requests. */
export function append<T extends Listed>(loaded: Loaded<T>, next: Page<T>): Loaded<T> {
  const known = new Set(loaded.requests.map(({ request_id }) => request_id));
  const added = next.requests.filter(({ request_id }) => !known.has(request_id));
  return { requests: [...loaded.requests, ...added], cursor: next.next_cursor };
}
