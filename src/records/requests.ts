import { mongo } from 'mongoose';
import type { Models } from './models';
import { OUTCOME_STATUSES } from '../../contract/statuses';
import type { RequestRecord, RequestState } from './types';

const DUPLICATE_KEY = 11_000;

export type Uploaded = Pick<RequestRecord, 'rows' | 'lanes' | 'bad_rows' | 'counts'>;

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
        { $set: { state: 'withdrawn', updated_at: new Date() }, $unset: { idempotency_key: 1 } },
      );
      const record = await find(id);
      return record === null || record.state === 'withdrawn';
    },

    /**
     * Deletes a finished request for everyone; `remove` clears up after it.
     *
     * @param quietSince only when nothing has happened to it since
     * @returns false when it is not finished
     */
    async retire(id: string, quietSince?: Date): Promise<boolean> {
      const { matchedCount } = await Request.updateOne(
        {
          _id: id,
          state: { $in: OUTCOME_STATUSES },
          ...(quietSince === undefined ? {} : { updated_at: { $lt: quietSince } }),
        },
        { $set: { state: 'withdrawn', updated_at: new Date() }, $unset: { idempotency_key: 1 } },
      );
      return matchedCount === 1;
    },

    /** Removes everything recorded for the request, the request itself last. */
    async remove(id: string): Promise<void> {
      // '0' follows '/' in ASCII: the range holds exactly the ids that begin with `{id}/`.
      const parts = { _id: { $gte: `${id}/`, $lt: `${id}0` } };
      await Promise.all([Row.deleteMany(parts), Image.deleteMany(parts)]);
      await Delivery.deleteMany({ request_id: id });
      await Request.deleteOne({ _id: id });
    },

    /** Reads an index alone: no request is looked at, however many there are. */
    async countByState(): Promise<Record<RequestState, number>> {
      const found = await Request.aggregate<{ _id: RequestState; count: number }>([
        { $sort: { state: 1, updated_at: 1 } },
        { $group: { _id: '$state', count: { $sum: 1 } } },
      ]);
      return { ...NONE, ...Object.fromEntries(found.map(({ _id, count }) => [_id, count])) };
    },
  };
}

const NONE: Readonly<Record<RequestState, number>> = {
  uploading: 0,
  withdrawn: 0,
  pending: 0,
  processing: 0,
  completed: 0,
  completed_with_errors: 0,
  failed: 0,
  cancelled: 0,
};
