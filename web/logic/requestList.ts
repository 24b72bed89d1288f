/** What the list needs of a request. Requests are listed by their time, newest first. */
interface Listed {
  readonly request_id: string;
  readonly created_at: string;
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
 * Puts the newest page over the loaded requests. Requests that the page would contain but does not were deleted or no
 * longer match the filter.
 */
export function refresh<T extends Listed>(loaded: Loaded<T>, newest: Page<T>): Loaded<T> {
  const known = idsOf(loaded.requests);
  const doOverlap = newest.requests.some(({ request_id }) => known.has(request_id));
  // Without an overlap there may be unknown requests between the page and the older ones.
  const older = doOverlap ? olderThan(newest, loaded.requests) : [];
  return {
    requests: [...newest.requests, ...older],
    cursor: older.length === 0 ? newest.next_cursor : loaded.cursor,
  };
}

/** Adds the page that follows the loaded requests. */
export function append<T extends Listed>(loaded: Loaded<T>, next: Page<T>): Loaded<T> {
  const known = idsOf(loaded.requests);
  const added = next.requests.filter(({ request_id }) => !known.has(request_id));
  return { requests: [...loaded.requests, ...added], cursor: next.next_cursor };
}

/** Where older requests are read again, one page after another: behind the request with that id. */
export interface Place {
  readonly above: string;
  readonly cursor: string;
}

/** Returns the place behind a page, or `null` when nothing that is loaded follows it. */
export function placeBehind<T extends Listed>(loaded: Loaded<T>, page: Page<T>): Place | null {
  const last = page.requests.at(-1)?.request_id;
  const index = loaded.requests.findIndex(({ request_id }) => request_id === last);
  const isLast = index === -1 || index === loaded.requests.length - 1;
  return last === undefined || isLast || page.next_cursor === null
    ? null
    : { above: last, cursor: page.next_cursor };
}

/** Puts the page that was read at a place over the loaded requests. The list becomes no longer by that. */
export function refreshAt<T extends Listed>(
  loaded: Loaded<T>,
  { above }: Place,
  page: Page<T>,
): Loaded<T> {
  const { requests } = loaded;
  const start = requests.findIndex(({ request_id }) => request_id === above) + 1;
  const oldest = requests.at(-1);
  if (start === 0 || oldest === undefined) return loaded;
  const read = page.requests.filter(({ created_at }) => created_at >= oldest.created_at);
  const older = olderThan(page, requests.slice(start));
  return { ...loaded, requests: [...requests.slice(0, start), ...read, ...older] };
}

/** Returns those of the requests that follow a page. */
function olderThan<T extends Listed>(page: Page<T>, requests: readonly T[]): readonly T[] {
  const last = page.requests.at(-1);
  if (page.next_cursor === null || last === undefined) return [];
  const read = idsOf(page.requests);
  return requests.filter(
    ({ request_id, created_at }) => created_at <= last.created_at && !read.has(request_id),
  );
}

function idsOf(requests: readonly Listed[]): ReadonlySet<string> {
  return new Set(requests.map(({ request_id }) => request_id));
}
