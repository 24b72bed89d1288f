import type { Counts } from '../../contract/counts';
import type { FailureGroup } from '../../contract/http/failures';
import { IMAGE_STATUSES, type ImageStatus } from '../../contract/statuses';
import type { Expected } from './imageChunks';

/** Which images of a request are listed; kept in the query of the address. */
export interface ImageFilter {
  readonly status?: ImageStatus | undefined;
  readonly code?: string | undefined;
  readonly host?: string | undefined;
}

export function readFilter(search: string): ImageFilter {
  const query = new URLSearchParams(search);
  const host = query.get('host')?.trim() ?? '';
  return {
    status: IMAGE_STATUSES.find((one) => one === query.get('status')),
    // The service refuses others.
    code: /^[a-z0-9_]{1,40}$/.exec(query.get('code') ?? '')?.[0],
    host: host === '' ? undefined : host,
  };
}

/** @returns the query with its `?`; `''` for all images */
export function writeFilter(filter: ImageFilter): string {
  const query = new URLSearchParams();
  for (const name of ['status', 'code', 'host'] as const) {
    const value = filter[name];
    if (value !== undefined) query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** How many images match, as far as counts and failures tell. */
export function expectedOf(
  { status, code, host }: ImageFilter,
  counts: Counts,
  groups: readonly FailureGroup[],
): Expected {
  if (code === undefined && host === undefined) {
    return { count: status === undefined ? counts.total : counts[status], isExact: true };
  }
  // Others than failed ones may match too, and are in no group.
  if (status !== 'failed' && code === undefined) return { count: null, isExact: false };
  const matching = groups.filter(
    (group) => (code ?? group.code) === group.code && (host ?? group.host) === group.host,
  );
  const count = matching.reduce((sum, group) => sum + group.count, 0);
  return { count: matching.length === 0 ? null : count, isExact: false };
}

/** What can be chosen, most frequent first. */
export function codesOf(groups: readonly FailureGroup[]): readonly string[] {
  return [...new Set(groups.map(({ code }) => code))];
}

export function hostsOf(groups: readonly FailureGroup[], code?: string): readonly string[] {
  const listed = groups.filter(
    (group) => group.host !== null && (code ?? group.code) === group.code,
  );
  return [...new Set(listed.flatMap(({ host }) => host ?? []))];
}
