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
  /** Nothing: every state that people see. */
  readonly status?: readonly RequestStatus[] | undefined;
  /** Created in this span: from `since` to before `until`. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly limit: number;
  /** The last request of the page before. */
  readonly after?: { readonly created_at: Date; readonly _id: string } | undefined;
}

export type Listing = ReturnType<typeof createListing>;

/** Requests found otherwise than by their id; each query has its index (models.ts). */
export function createListing({ Request }: Models) {
  const quiet = (states: readonly RequestState[], before: Date, limit: number) =>
    Request.find({ state: { $in: states }, updated_at: { $lt: before } })
      .sort({ updated_at: 1 })
      .limit(limit)
      .lean<RequestRecord[]>()
      .exec();

  return {
    /** Newest first. */
    async list({
      status = REQUEST_STATUSES,
      since,
      until,
      limit,
      after,
    }: ListQuery): Promise<RequestRecord[]> {
      const created: Record<string, Date> = {};
      if (since !== undefined) created['$gte'] = since;
      if (until !== undefined) created['$lt'] = until;
      const filter: QueryFilter<RequestRecord> = { state: { $in: status } };
      if (Object.keys(created).length > 0) filter.created_at = created;
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

    /** Requests in work that nothing has been recorded for since, longest silent first. */
    quietOpen: (before: Date, limit: number) => quiet(OPEN_STATUSES, before, limit),

    /** What uploads and deletions that were cut off left behind. */
    quietLeftovers: (before: Date, limit: number) =>
      quiet(['uploading', 'withdrawn'], before, limit),

    /** Finished requests that nothing has happened to since. */
    quietFinished: (
      before: Date,
      limit: number,
      states: readonly OutcomeStatus[] = OUTCOME_STATUSES,
    ) => quiet(states, before, limit),
  };
}
