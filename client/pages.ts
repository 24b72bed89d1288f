import { sleep } from './sleep';

interface Page {
  readonly next_cursor: string | null;
}

/** Rows are recorded by the hundred; a pause of this length keeps a reader close behind. */
const PAUSE_MS = 1_000;

/**
 * Yields the pages of a list. A cursor that does not move means that the next rows are still being recorded: then it
 * pauses before it asks again.
 *
 * @param read reads the page at a cursor; the first page is at `''`
 */
export async function* pagesOf<P extends Page>(
  read: (cursor: string) => Promise<P>,
  signal: AbortSignal | undefined,
): AsyncGenerator<P, void> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: P = await read(cursor);
    yield page;
    if (page.next_cursor === cursor) await sleep(PAUSE_MS, signal);
    cursor = page.next_cursor;
  }
}

/** Returns a query with the given parameters, beginning with `?`; `''` when there are none. */
export function queryOf(
  parameters: Readonly<Record<string, string | number | Date | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === '') continue;
    query.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
