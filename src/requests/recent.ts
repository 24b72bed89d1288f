import { createCache, createSharedReads } from '../cache';
import type { Records } from '../records/open';
import type { RequestRecord } from '../records/types';
import { findVisible } from './find';

/**
 * How long a record is reused after it was read. Another process may change it meanwhile. This is shorter than the way
 * from a recorded outcome to its webhook, so that a client that got the webhook gets the outcome as its status.
 */
const KEPT_MS = 20;
/**
 * How much longer other callers get it while it is read again: a busy MongoDB delays one of them and not all. The status
 * that they get may then be older than the webhook by as much.
 */
const STALE_MS = 230;

/** The records of requests, for calls that are frequent. */
export interface RecentRequests {
  /**
   * Finds a request as it is, or as it was a moment ago: at most {@link KEPT_MS} and the time of a read.
   *
   * @throws Refusal `not_found`
   */
  find(requestId: string): Promise<RequestRecord>;
  /**
   * Finds a request as it is at the time of the call, or later.
   *
   * @throws Refusal `not_found`
   */
  findNow(requestId: string): Promise<RequestRecord>;
  /** Called after this process changed a request: no later call returns the state before it. Default: all requests. */
  forget(requestId?: string): void;
}

/** Reads each request at most once at a time and, for `find`, fifty times a second, however many callers ask for it. */
export function createRecentRequests(records: Pick<Records, 'requests'>): RecentRequests {
  const kept = createCache<RequestRecord>({ keptMs: KEPT_MS, staleMs: STALE_MS });
  const read = createSharedReads((requestId) => findVisible(records, requestId));
  return {
    find: (requestId) => kept(requestId, () => read(requestId)),
    findNow: read,
    forget: kept.forget,
  };
}
