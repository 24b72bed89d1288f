import { mongo } from 'mongoose';
import { imageRef } from './images';
import type { Models } from './models';
import { OPEN_STATUSES, OUTCOME_STATUSES, REQUEST_STATUSES } from '../../contract/statuses';
import type { RequestRecord, RequestState } from './types';

const DUPLICATE_KEY = 11_000;

/** Rows or images that one command removes. */
const PARTS_AT_ONCE = 500;

export interface Backlog {
  readonly requests_pending: number;
  readonly requests_processing: number;
  readonly images_pending: number;
}

export interface Stored {
  readonly requests: number;
  readonly images: number;
  readonly bytes: number;
}

export type RequestRecords = ReturnType<typeof createRequests>;

/** Every write filters by the states that it may leave, so that late and repeated writes change nothing. */
export function createRequests({ Request, Row, Image, Delivery }: Models) {
  const find = (id: string) => Request.findById(id).lean<RequestRecord>().exec();

  /** Removes all documents of the request except its own. */
  async function removeParts(id: string): Promise<void> {
    const request = await find(id);
    if (request !== null && mayHaveParts(request)) await removeRowsAndImages(request);
    await Delivery.deleteMany({ request_id: id });
  }

  /** Removes them by key, in many short commands: one long command would delay other calls. */
  async function removeRowsAndImages({
    _id: id,
    rows,
    lanes,
    recording,
  }: RequestRecord): Promise<void> {
    for (const numbers of rangesOf(1, rows)) {
      await Row.deleteMany({ _id: { $in: numbers.map((number) => `${id}/${number}`) } });
    }
    for (const [lane, size] of lanes.entries()) {
      for (const numbers of rangesOf(0, size)) {
        const ids = numbers.map((number) => `${id}/${imageRef(lane, number)}`);
        await Image.deleteMany({ _id: { $in: ids } });
      }
    }
    if (rows > 0 && recording === undefined) return;
    // There are parts that the request does not count: its recording was never completed, or the upload of an older
    // version was interrupted. Only then, since the MongoDB stand-in reads all documents for it. '0' follows '/' in ASCII: these are
    // exactly the ids that begin with `{id}/`.
    const parts = { _id: { $gte: `${id}/`, $lt: `${id}0` } };
    await Promise.all([Row.deleteMany(parts), Image.deleteMany(parts)]);
  }

  return {
    find,

    /** Returns those of the requests that exist. */
    findMany: (ids: readonly string[]) =>
      Request.find({ _id: { $in: ids } })
        .lean<RequestRecord[]>()
        .exec(),

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

    /**
     * Records up to which row all is recorded. An attempt that was overtaken by another one does not lower it.
     *
     * @returns false when the round is closed, or the sheet is recorded
     */
    async noteRecorded(
      id: string,
      round: number,
      { rows, lanes }: Pick<RequestRecord, 'rows' | 'lanes'>,
    ): Promise<boolean> {
      const { matchedCount } = await Request.updateOne(
        { _id: id, round, state: { $in: OPEN_STATUSES }, recording: { $exists: true } },
        { $max: { 'recording.rows': rows }, $set: { lanes, updated_at: new Date() } },
      );
      return matchedCount === 1;
    },

    /** Records that all rows and images are recorded. @returns as `noteRecorded` does */
    async completeRecording(id: string, round: number, lanes: readonly number[]): Promise<boolean> {
      const { matchedCount } = await Request.updateOne(
        { _id: id, round, state: { $in: OPEN_STATUSES }, recording: { $exists: true } },
        { $set: { lanes, updated_at: new Date() }, $unset: { recording: 1 } },
      );
      return matchedCount === 1;
    },

    /** Records that the upload is alive. */
    async touchUpload(id: string): Promise<void> {
      await Request.updateOne(
        { _id: id, state: 'uploading' },
        { $set: { updated_at: new Date() } },
      );
    },

    /**
     * Changes `uploading` to `pending`, unless the upload was withdrawn. The API calls it, and the first activity of the
     * workflow calls it or `rounds.start`: the first call decides, and both get the result.
     *
     * @returns the accepted request; `null` when it was withdrawn or removed
     */
    async accept(id: string): Promise<RequestRecord | null> {
      const accepted = await Request.findOneAndUpdate(
        { _id: id, state: 'uploading' },
        { $set: { state: 'pending', updated_at: new Date() } },
        { returnDocument: 'after' },
      )
        .lean<RequestRecord>()
        .exec();
      const record = accepted ?? (await find(id));
      return record === null || record.state === 'withdrawn' ? null : record;
    },

    /**
     * Withdraws an upload permanently, unless it was accepted first.
     *
     * @param quietSince withdraw only if the upload has had no update since
     * @returns whether it is withdrawn (or does not exist)
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
     * Marks a finished request as deleted, which hides it from clients. `clear` then removes its documents.
     *
     * @param quietSince only if the request has had no update since
     * @returns false when it is not finished, or was updated since `quietSince`
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

    /** Records that the data of a withdrawn request could not be removed: others are removed first in the next sweep. */
    async touchWithdrawn(id: string): Promise<void> {
      await Request.updateOne(
        { _id: id, state: 'withdrawn' },
        { $set: { updated_at: new Date() } },
      );
    },

    /** Removes all documents of a withdrawn request; its own is the last. */
    async remove(id: string): Promise<void> {
      await removeParts(id);
      await Request.deleteOne({ _id: id });
    },

    /**
     * Removes the documents of a withdrawn request. Its own is kept, with `removed_at` and without the client's data, until
     * `remove` removes it.
     */
    async clear(id: string): Promise<void> {
      await removeParts(id);
      const now = new Date();
      const emptied = { columns: [], file_name: '', webhook_url: null };
      await Request.updateOne(
        { _id: id, state: 'withdrawn' },
        {
          $set: { ...emptied, removed_at: now, updated_at: now },
          $unset: { sheet: 1, recording: 1 },
        },
      );
    },

    /**
     * Counts the occurrences that the unfinished requests of an owner have not done, as last recorded. Reads these
     * requests only, by an index.
     *
     * @param owner `null`: requests without an owner
     * @param except a request that is not counted
     */
    async countQueued(owner: string | null, except: string): Promise<number> {
      const state = { $in: ['uploading', ...OPEN_STATUSES] };
      const [found] = await Request.aggregate<{ pending: number }>([
        { $match: { owner, state, _id: { $ne: except } } },
        { $group: { _id: null, pending: { $sum: '$counts.pending' } } },
      ]);
      return found?.pending ?? 0;
    },

    /** Counts the unfinished requests by state, and the images that they have not done. Reads only these, by an index. */
    async countBacklog(): Promise<Backlog> {
      const found = await Request.aggregate<{ _id: string; requests: number; images: number }>([
        { $match: { state: { $in: OPEN_STATUSES } } },
        { $group: { _id: '$state', requests: { $sum: 1 }, images: { $sum: '$counts.pending' } } },
      ]);
      const requestsIn = (state: string) => found.find(({ _id }) => _id === state)?.requests ?? 0;
      return {
        requests_pending: requestsIn('pending'),
        requests_processing: requestsIn('processing'),
        images_pending: found.reduce((sum, { images }) => sum + images, 0),
      };
    },

    /** Counts what is stored for all requests, as last recorded. Reads all of them: keep the answer for a while. */
    async countStored(): Promise<Stored> {
      const [found] = await Request.aggregate<Stored>([
        { $match: { state: { $in: REQUEST_STATUSES } } },
        {
          $group: {
            _id: null,
            requests: { $sum: 1 },
            images: { $sum: '$counts.succeeded' },
            bytes: { $sum: '$bytes.out' },
          },
        },
      ]);
      const { requests, images, bytes } = found ?? { requests: 0, images: 0, bytes: 0 };
      return { requests, images, bytes };
    },

    /**
     * Counts requests by state, without those whose data was removed. Uses only an index, and reads no documents but those
     * of withdrawn requests.
     */
    async countByState(): Promise<Record<RequestState, number>> {
      const [found, withdrawn] = await Promise.all([
        Request.aggregate<{ _id: RequestState; count: number }>([
          { $sort: { state: 1, updated_at: 1 } },
          { $group: { _id: '$state', count: { $sum: 1 } } },
        ]),
        Request.countDocuments({ state: 'withdrawn', removed_at: null }),
      ]);
      const counts = Object.fromEntries(found.map(({ _id, count }) => [_id, count]));
      return { ...NONE, ...counts, withdrawn };
    },
  };
}

/** Nothing is recorded before the workflow has accepted the upload. */
function mayHaveParts({ recording, started_at }: RequestRecord): boolean {
  return recording === undefined || recording.rows > 0 || started_at !== null;
}

/** Yields `count` numbers from `first` on, in batches. */
function* rangesOf(first: number, count: number): Generator<number[]> {
  for (let done = 0; done < count; done += PARTS_AT_ONCE) {
    const length = Math.min(PARTS_AT_ONCE, count - done);
    yield Array.from({ length }, (_, index) => first + done + index);
  }
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
