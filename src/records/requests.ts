import { mongo } from 'mongoose';
import type { ByteCounts, Counts, OutcomeStatus } from '../../workflows/progress';
import type { Models } from './models';
import type { RequestRecord, RequestState } from './types';

const DUPLICATE_KEY = 11_000;

/** States in which a round is open: its workflow may report and record. */
const OPEN: readonly RequestState[] = ['pending', 'processing'];

export function isFinished(state: RequestState): state is OutcomeStatus {
  return state !== 'uploading' && state !== 'withdrawn' && !OPEN.includes(state);
}

export type Uploaded = Pick<RequestRecord, 'rows' | 'lanes' | 'counts'>;

export type RequestRecords = ReturnType<typeof createRequests>;

/** Every write names the states it may leave, so that late writers and repeated ones change nothing. */
export function createRequests({ Request, Row, Image, Delivery }: Models) {
  const find = (id: string) => Request.findById(id).lean<RequestRecord>().exec();

  return {
    find,

    findByIdempotencyKey: (key: string) =>
      Request.findOne({ idempotency_key: key }).lean<RequestRecord>().exec(),

    /** @returns false when another request holds the same idempotency key */
    async create(record: RequestRecord): Promise<boolean> {
      try {
        await Request.create(record);
        return true;
      } catch (error) {
        if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return false;
        throw error;
      }
    },

    /** Says that rows and images are all there. @returns false when the upload was withdrawn meanwhile */
    async completeUpload(id: string, uploaded: Uploaded): Promise<boolean> {
      const { matchedCount } = await Request.updateOne(
        { _id: id, state: 'uploading' },
        { $set: { ...uploaded, updated_at: new Date() } },
      );
      return matchedCount === 1;
    },

    /** Shows that the upload is alive. */
    async touchUpload(id: string): Promise<void> {
      await Request.updateOne(
        { _id: id, state: 'uploading' },
        { $set: { updated_at: new Date() } },
      );
    },

    /**
     * Turns `uploading` into `pending`, unless it was withdrawn. Called by the API and by the workflow's
     * first activity: whoever is first wins, and both learn the result.
     *
     * @returns the accepted request; `null` when it was withdrawn or is gone
     */
    async accept(id: string): Promise<RequestRecord | null> {
      await Request.updateOne(
        { _id: id, state: 'uploading' },
        { $set: { state: 'pending', updated_at: new Date() } },
      );
      const record = await find(id);
      return record === null || record.state === 'withdrawn' ? null : record;
    },

    /**
     * Takes an upload back for good, unless it was accepted first. With a `quietSince`, only when the
     * upload has shown no life since.
     *
     * @returns whether it is withdrawn (or was never there)
     */
    async withdraw(id: string, quietSince?: Date): Promise<boolean> {
      await Request.updateOne(
        {
          _id: id,
          state: 'uploading',
          ...(quietSince === undefined ? {} : { updated_at: { $lt: quietSince } }),
        },
        { $set: { state: 'withdrawn' }, $unset: { idempotency_key: 1 } },
      );
      const record = await find(id);
      return record === null || record.state === 'withdrawn';
    },

    /** Removes everything recorded for the request, the request itself last. */
    async remove(id: string): Promise<void> {
      // '0' follows '/' in ASCII: the range holds exactly the ids that begin with `{id}/`.
      const parts = { _id: { $gte: `${id}/`, $lt: `${id}0` } };
      await Promise.all([Row.deleteMany(parts), Image.deleteMany(parts)]);
      await Delivery.deleteMany({ request_id: id });
      await Request.deleteOne({ _id: id });
    },

    async start(id: string, round: number): Promise<void> {
      const now = new Date();
      await Request.updateOne(
        { _id: id, round, state: 'pending' },
        { $set: { state: 'processing', started_at: now, updated_at: now } },
      );
    },

    /** Takes only numbers that are newer than those recorded. */
    async recordProgress(
      id: string,
      round: number,
      progress: { sequence: number; counts: Counts; bytes: ByteCounts },
    ): Promise<void> {
      await Request.updateOne(
        { _id: id, round, state: { $in: OPEN }, sequence: { $lt: progress.sequence } },
        { $set: { ...progress, updated_at: new Date() } },
      );
    },

    /** Closes the round. Repeated, it changes nothing. */
    async finish(
      id: string,
      round: number,
      outcome: { status: OutcomeStatus; counts: Counts; bytes: ByteCounts },
    ): Promise<void> {
      const { status, counts, bytes } = outcome;
      const now = new Date();
      await Request.updateOne(
        { _id: id, round, state: { $in: OPEN } },
        { $set: { state: status, counts, bytes, finished_at: now, updated_at: now } },
      );
    },
  };
}
