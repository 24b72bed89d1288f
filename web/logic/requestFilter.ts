import type { RequestsOptions } from '../../client/index';
import { REQUEST_STATUSES, type RequestStatus } from '../../contract/statuses';

/** Which requests the list shows. It is kept in the query of the page's address. */
export interface RequestFilter {
  readonly status: RequestStatus | null;
  /** Beginning of the id, or part of the file name. */
  readonly q: string;
  /** The first and the last day (`2026-11-27`) in the time zone of the browser; `''`: not limited. */
  readonly since: string;
  readonly until: string;
}

export const NO_FILTER: RequestFilter = { status: null, q: '', since: '', until: '' };

/** Reads a filter from a query; what cannot be understood is left out. */
export function readFilter(query: URLSearchParams): RequestFilter {
  const status = query.get('status');
  const dayOf = (name: string) => {
    const text = query.get(name) ?? '';
    return dateOf(text, 0) === null ? '' : text;
  };
  return {
    status: REQUEST_STATUSES.find((one) => one === status) ?? null,
    q: query.get('q') ?? '',
    since: dayOf('since'),
    until: dayOf('until'),
  };
}

/** Returns the parameters of the page's address for a filter. */
export function writeFilter({ status, ...texts }: RequestFilter): Record<string, string> {
  const given = Object.entries({ status: status ?? '', ...texts });
  return Object.fromEntries(given.filter(([, text]) => text !== ''));
}

/** Whether the service is asked for less than all requests. */
export function isFiltered(filter: RequestFilter): boolean {
  return Object.values(toQuery(filter)).some((value) => value !== undefined);
}

/** Returns the filter as the service takes it; its `until` is exclusive. */
export function toQuery({ status, q, since, until }: RequestFilter) {
  return {
    status: status ?? undefined,
    q: q.trim() === '' ? undefined : q.trim(),
    since: dateOf(since, 0) ?? undefined,
    until: dateOf(until, 1) ?? undefined,
  } satisfies RequestsOptions;
}

/** Returns the beginning of a day, or of a day after it; `null` for a text that is no day. */
function dateOf(day: string, later: number): Date | null {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (year === undefined) return null;
  const found = new Date(Number(year), Number(month) - 1, Number(date));
  // There is no 31 February.
  if (found.getDate() !== Number(date)) return null;
  return new Date(Number(year), Number(month) - 1, Number(date) + later);
}
