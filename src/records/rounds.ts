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
    async start(id: string, round: number): Promise<void> {
      const now = new Date();
      await Request.updateOne(
        { _id: id, round, state: 'pending' },
        { $set: { state: 'processing', started_at: now, updated_at: now } },
      );
    },

    /** Records that the run of an open round is alive. */
    async touch(id: string, round: number): Promise<void> {
      await Request.updateOne(
        { _id: id, round, state: { $in: OPEN_STATUSES } },
        { $set: { updated_at: new Date() } },
      );
    },

    /** Records counts, unless newer ones are recorded already. */
    async recordProgress(
      id: string,
      round: number,
      progress: { sequence: number; counts: Counts; bytes: ByteCounts },
    ): Promise<void> {
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
