/** Upper limit for the pause that a server may ask for. */
const MAX_MS = 10 * 60_000;

/** The three formats of RFC 9110 §5.6.7 begin with the day. `Date.parse` alone would accept `-5` as a date. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/;

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110 §10.2.3).
 *
 * @returns milliseconds, at most ten minutes; `undefined` when the header is missing or invalid
 */
export function retryAfterMs(
  header: string | string[] | undefined,
  now: number,
): number | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.trim();
  if (value === undefined || value === '') return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : parseHttpDate(value) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_MS);
}

/** All HTTP dates are in GMT; the oldest format (asctime) omits the zone. */
function parseHttpDate(value: string): number {
  if (!HTTP_DATE.test(value)) return Number.NaN;
  return Date.parse(value.endsWith(' GMT') ? value : `${value} GMT`);
}
