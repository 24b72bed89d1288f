import type { QueryFilter } from 'mongoose';
import {
  OUTCOME_STATUSES,
  OPEN_STATUSES,
  REQUEST_STATUSES,
  type OutcomeStatus,
  type RequestStatus,
} from '../../contract/statuses';
import type { Models } from './models';
import type { RequestRecord, RequestState } from './types';

export interface ListQuery {
  /** Default: all statuses, which excludes requests that are uploading or withdrawn. */
  readonly status?: readonly RequestStatus[] | undefined;
  /** Default: all owners. */
  readonly owner?: string | undefined;
  /** The beginning of the id, or part of the file name in any case. */
  readonly q?: string | undefined;
  /** Created at or after `since`, and before `until`. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly limit: number;
  /** The last request of the previous page. */
  readonly after?: { readonly created_at: Date; readonly _id: string } | undefined;
}

/** Which requests: a list query without its page. */
export type RequestQuery = Omit<ListQuery, 'limit' | 'after'>;

export type Listing = ReturnType<typeof createListing>;

/** Finds requests other than by id. Every query has an index (models.ts). */
export function createListing({ Request }: Models) {
  const quiet = (
    states: readonly RequestState[],
    before: Date,
    limit: number,
    filter: QueryFilter<RequestRecord> = {},
  ) =>
    Request.find({ state: { $in: states }, updated_at: { $lt: before }, ...filter })
      .sort({ updated_at: 1 })
      .limit(limit)
      .lean<RequestRecord[]>()
      .exec();

  return {
    /** Returns requests, newest first. */
    async list({ limit, after, ...query }: ListQuery): Promise<RequestRecord[]> {
      const filter = filterOf(query);
      if (after !== undefined) {
        const { created_at, _id } = after;
        filter.$or = [{ created_at: { $lt: created_at } }, { created_at, _id: { $lt: _id } }];
      }
      return Request.find(filter)
        .sort({ created_at: -1, _id: -1 })
        .limit(limit)
        .lean<RequestRecord[]>()
        .exec();
    },

    /** Counts requests. */
    count: (query: RequestQuery): Promise<number> => Request.countDocuments(filterOf(query)).exec(),

    /** Returns unfinished requests without an update since `before`, oldest update first. */
    quietOpen: (before: Date, limit: number) => quiet(OPEN_STATUSES, before, limit),

    /**
     * Returns uploads and deletions that were interrupted: without an update since `before`. The index does not contain
     * `removed_at`, but few requests are withdrawn: those deleted in the last hour.
     */
    quietAbandoned: (before: Date, limit: number) =>
      quiet(['uploading', 'withdrawn'], before, limit, { removed_at: null }),

    /** Returns deleted requests whose data was removed before `before`. */
    removed: (before: Date, limit: number) =>
      quiet(['withdrawn'], before, limit, { removed_at: { $ne: null } }),

    /** Returns finished requests without an update since `before`. */
    quietFinished: (
      before: Date,
      limit: number,
      states: readonly OutcomeStatus[] = OUTCOME_STATUSES,
    ) => quiet(states, before, limit),
  };
}

function filterOf({
  status = REQUEST_STATUSES,
  owner,
  q,
  since,
  until,
}: RequestQuery): QueryFilter<RequestRecord> {
  const created: Record<string, Date> = {};
  if (since !== undefined) created['$gte'] = since;
  if (until !== undefined) created['$lt'] = until;
  const filter: QueryFilter<RequestRecord> = { state: { $in: status } };
  if (owner !== undefined) filter.owner = owner;
  if (Object.keys(created).length > 0) filter.created_at = created;
  if (q !== undefined) filter.$and = [{ $or: searchOf(q) }];
  return filter;
}

/** Ids are in lower case. */
const ID_START = /^[0-9a-f-]{1,36}$/;

function searchOf(q: string): QueryFilter<RequestRecord>[] {
  const inName = { file_name: { $regex: inAnyCase(q) } };
  const id = q.toLowerCase();
  // '~' follows every character of an id in ASCII.
  return ID_START.test(id) ? [inName, { _id: { $gte: id, $lt: `${id}~` } }] : [inName];
}

/** A pattern for exactly this text. The option `i` of the MongoDB stand-in ignores the case of ASCII letters only. */
function inAnyCase(text: string): string {
  return Array.from(text, (character) => {
    const escaped = character.replace(/[\\^$.|?*+()[\]{}/-]/, '\\$&');
    const cases = new Set([character, character.toLowerCase(), character.toUpperCase()]);
    const single = [...cases].filter((one) => Array.from(one).length === 1);
    return single.length > 1 ? `[${single.join('')}]` : escaped;
  }).join('');
}
