import type { ByteCounts, Counts } from '../../contract/counts';
import { OPEN_STATUSES, type OutcomeStatus } from '../../contract/statuses';
import type { Models } from './models';
import type { RequestRecord } from './types';

/** Whether a retry is recorded that no run has started to process. */
export function isPendingRetry({ state, round }: RequestRecord): boolean {
  return state === 'pending' && round > 1;
}

export interface RoundOutcome {
  readonly status: OutcomeStatus;
  readonly counts: Counts;
  readonly bytes: ByteCounts;
  /** See `RequestRecord.note`. */
  readonly note: string | null;
}

export type Rounds = ReturnType<typeof createRounds>;

/** Writes to the rounds of requests. Every write filters by the round and by the states that it may leave. */
export function createRounds({ Request }: Models) {
  return {
    /**
     * Starts the round of a request that waits for it, also of an upload that the API has not accepted yet: then this
     * accepts it, as `requests.accept` does.
     *
     * @returns the started request; `null` when it does not wait for this round
     */
    start(id: string, round: number): Promise<RequestRecord | null> {
      const now = new Date();
      return Request.findOneAndUpdate(
        { _id: id, round, state: { $in: ['uploading', 'pending'] } },
        { $set: { state: 'processing', started_at: now, updated_at: now } },
        { returnDocument: 'after' },
      )
        .lean<RequestRecord>()
        .exec();
    },

    /** Records that the run of an open round is alive. */
    async touch(id: string, round: number): Promise<void> {
      await Request.updateOne(
        { _id: id, round, state: { $in: OPEN_STATUSES } },
        { $set: { updated_at: new Date() } },
      );
    },

    /** Records counts, unless newer ones are recorded already: a round begins with those of sequence 0. */
    async recordProgress(
      id: string,
      round: number,
      progress: { sequence: number; counts: Counts; bytes: ByteCounts },
    ): Promise<void> {
      if (progress.sequence === 0) return;
      await Request.updateOne(
        { _id: id, round, state: { $in: OPEN_STATUSES }, sequence: { $lt: progress.sequence } },
        { $set: { ...progress, updated_at: new Date() } },
      );
    },

    /** Closes the round. A repeated call changes nothing. */
    async finish(id: string, round: number, outcome: RoundOutcome): Promise<void> {
      const { status: state, ...rest } = outcome;
      const now = new Date();
      await Request.updateOne(
        { _id: id, round, state: { $in: OPEN_STATUSES } },
        { $set: { state, ...rest, finished_at: now, updated_at: now } },
      );
    },

    /**
     * Opens the next round of a finished request.
     *
     * @param counts the counts at the start of the round
     * @returns false when another caller was first
     */
    async reopen({ _id, round, state }: RequestRecord, counts: Counts): Promise<boolean> {
      const { matchedCount } = await Request.updateOne(
        { _id, round, state },
        {
          $set: {
            state: 'pending',
            round: round + 1,
            sequence: 0,
            counts,
            note: null,
            started_at: null,
            finished_at: null,
            updated_at: new Date(),
          },
        },
      );
      return matchedCount === 1;
    },

    /** Undoes a `reopen` whose run did not start. @returns false when the run did start */
    async rollbackReopen(before: RequestRecord): Promise<boolean> {
      const { _id, round, state, sequence, counts, note, started_at, finished_at } = before;
      const { matchedCount } = await Request.updateOne(
        { _id, round: round + 1, state: 'pending' },
        { $set: { round, state, sequence, counts, note, started_at, finished_at } },
      );
      return matchedCount === 1;
    },
  };
}
