/** However long a server asks to be left alone, it is asked again after this. */
const MAX_MS = 10 * 60_000;

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110 §10.2.3).
 *
 * @returns milliseconds, at most ten minutes; `undefined` when there is none that can be read
 */
export function retryAfterMs(
  header: string | string[] | undefined,
  now: number,
): number | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.trim();
  if (value === undefined || value === '') return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_MS);
}
