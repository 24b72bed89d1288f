import type { QueryFilter } from 'mongoose';
import type { Counts } from '../../contract/counts';
import { batchesOf } from './batches';
import { insertMissing } from './insertMissing';
import type { Models } from './models';
import type { ImageFailure, ImageRecord, CompressedImage, TimelineRecord } from './types';

/** The outcome of one attempt. */
export type Attempt = AttemptedImage &
  (
    | { readonly result: CompressedImage }
    | { readonly failure: ImageFailure }
    | {
        readonly failure: ImageFailure;
        /** The next attempt starts at this time, or later. */
        readonly retryAt: Date;
      }
  );

interface AttemptedImage {
  readonly ref: string;
  /** Number of the attempt. */
  readonly at: number;
  /** Occurrences of the image, as its run counts them. */
  readonly places: number;
  /** Absent when no attempt was made: the recorded one stays. */
  readonly timeline?: TimelineRecord;
}

/** Occurrences that were found after their images were done. */
export type LatePlaces = Pick<Counts, 'succeeded' | 'failed'>;

export const NO_LATE_PLACES: LatePlaces = { succeeded: 0, failed: 0 };

/**
 * Images in one command. While a command runs, a small server answers other calls late, or the stand-in for development
 * not at all: this many take it about 0.1 s.
 */
const IMAGES_AT_ONCE = 500;

export type FailedImage = Pick<ImageRecord, 'url' | 'places' | 'error'>;
/** What is not read of many images. */
const UNREAD = { data: 0, 'timeline.last': 0 } as const;

export type Images = ReturnType<typeof createImages>;

export function imageRef(lane: number, number: number): string {
  return `${lane}-${number}`;
}

/** @param lanes the number of images per lane */
function* refsOf(lanes: readonly number[]): Generator<string> {
  for (const [lane, size] of lanes.entries()) {
    for (let number = 0; number < size; number += 1) yield imageRef(lane, number);
  }
}

/** What an attempt changes of an image, in MongoDB and in what an activity goes on with. */
export function changesOf(attempt: Attempt): Partial<ImageRecord> {
  const { at: attempts, timeline } = attempt;
  const common = { attempts, ...(timeline !== undefined && { timeline }) };
  if ('result' in attempt) {
    const { result } = attempt;
    return { status: 'succeeded', ...common, error: null, retry_at: null, result };
  }
  const { failure: error } = attempt;
  return 'retryAt' in attempt
    ? { ...common, error, retry_at: attempt.retryAt }
    : { status: 'failed', ...common, error, retry_at: null };
}

export function createImages({ Image }: Models) {
  const idOf = (requestId: string, ref: string) => `${requestId}/${ref}`;
  const idsOf = (requestId: string, refs: readonly string[]) =>
    refs.map((ref) => idOf(requestId, ref));

  /**
   * Returns images by ref (`lane-number`), without their `data` and the last attempt of their timeline. An image that does
   * not exist is missing from the map.
   */
  async function findMany(
    requestId: string,
    refs: readonly string[],
  ): Promise<Map<string, ImageRecord>> {
    const found = new Map<string, ImageRecord>();
    for (const batch of batchesOf(refs, IMAGES_AT_ONCE)) {
      const images = await Image.find({ _id: { $in: idsOf(requestId, batch) } }, UNREAD)
        .lean<ImageRecord[]>()
        .exec();
      for (const image of images) found.set(image._id.slice(requestId.length + 1), image);
    }
    return found;
  }

  /** Sets fields of images, each with a filter of its own, in one command. */
  async function setAll<T>(
    requestId: string,
    images: readonly (readonly [ref: string, value: T])[],
    changeOf: (value: T) => readonly [QueryFilter<ImageRecord>, Partial<ImageRecord>],
  ): Promise<void> {
    if (images.length === 0) return;
    const updates = images.map(([ref, value]) => {
      const [filter, fields] = changeOf(value);
      return {
        updateOne: { filter: { _id: idOf(requestId, ref), ...filter }, update: { $set: fields } },
      };
    });
    await Image.bulkWrite(updates, { ordered: false });
  }

  return {
    /** Inserts new images without mongoose's casting: see `rows.insert`. Leaves those that are recorded already. */
    async insert(images: readonly ImageRecord[]): Promise<void> {
      const collection = Image.db.collection<ImageRecord>('images');
      for (const batch of batchesOf(images, IMAGES_AT_ONCE)) {
        await insertMissing(() => collection.insertMany(batch, { ordered: false }));
      }
    },

    /**
     * Records the numbers of occurrences that were incomplete when the images were inserted. An image that was done
     * meanwhile gets the difference as `late`. A repeated call changes nothing.
     *
     * @returns the sums of `late`, by the status of the images
     */
    async setPlaces(requestId: string, places: ReadonlyMap<string, number>): Promise<LatePlaces> {
      const sums = { succeeded: 0, failed: 0 };
      for (const batch of batchesOf([...places], IMAGES_AT_ONCE)) {
        // `record` filters by the places that its run counts. So an image is either pending here and will be counted with
        // all of its places, or it has been counted with those that it has.
        await setAll(requestId, batch, (count) => [{ status: 'pending' }, { places: count }]);
        const found = await findMany(
          requestId,
          batch.map(([ref]) => ref),
        );
        const counted = batch.flatMap(([ref, count]) => {
          const { places: before = count } = found.get(ref) ?? {};
          return before === count ? [] : [[ref, { before, count }] as const];
        });
        await setAll(requestId, counted, ({ before, count }) => [
          { places: before },
          { places: count, late: count - before },
        ]);
        const lateOf = new Map(counted.map(([ref, { before, count }]) => [ref, count - before]));
        for (const [ref, { status, late = 0 }] of found) {
          if (status !== 'pending') sums[status] += lateOf.get(ref) ?? late;
        }
      }
      return sums;
    },

    findMany,

    /** Yields the failed images of a request, a batch at a time. Reads by key, whatever the number of other requests. */
    async *failed(requestId: string, lanes: readonly number[]): AsyncGenerator<FailedImage[]> {
      for (const batch of batchesOf(refsOf(lanes), IMAGES_AT_ONCE)) {
        yield await Image.find(
          { _id: { $in: idsOf(requestId, batch) }, status: 'failed' },
          { _id: 0, url: 1, places: 1, error: 1 },
        )
          .lean<FailedImage[]>()
          .exec();
      }
    },
    /** Returns an image with its whole timeline, without its `data`. */
    find: (requestId: string, ref: string): Promise<ImageRecord | null> =>
      Image.findById(idOf(requestId, ref), { data: 0 }).lean<ImageRecord>().exec(),

    /** Returns the image of a `data:` link; `null` when the link was damaged. */
    async dataOf(requestId: string, ref: string): Promise<Buffer | null> {
      const image = await Image.db
        .collection<ImageRecord>('images')
        .findOne({ _id: idOf(requestId, ref) }, { projection: { data: 1 }, promoteBuffers: true });
      return image?.data ?? null;
    },

    /**
     * Records attempts in one bulk write, without mongoose's casting: see `rows.insert`. An attempt is recorded only
     * while its image is pending, the round is open, and the image has the places that the run counts for it.
     *
     * @returns the number of recorded attempts
     */
    async record(requestId: string, round: number, attempts: readonly Attempt[]): Promise<number> {
      if (attempts.length === 0) return 0;
      const collection = Image.db.collection<ImageRecord>('images');
      const { matchedCount } = await collection.bulkWrite(
        attempts.map((attempt) => ({
          updateOne: {
            filter: {
              _id: idOf(requestId, attempt.ref),
              round,
              status: 'pending',
              places: attempt.places,
              // A stale duplicate of the activity must not lower the number of attempts.
              attempts: { $lte: attempt.at },
            },
            update: { $set: changesOf(attempt) },
          },
        })),
        { ordered: false },
      );
      return matchedCount;
    },

    /**
     * Resets the images that did not succeed, for a new round. A repeated or late call changes nothing: images that
     * the round has already reopened are not reset.
     */
    async reopen(requestId: string, round: number, refs: readonly string[]): Promise<void> {
      for (const batch of batchesOf(refs, IMAGES_AT_ONCE)) {
        await Image.updateMany(
          {
            _id: { $in: idsOf(requestId, batch) },
            status: { $in: ['failed', 'pending'] },
            $or: [{ round: { $lt: round } }, { round: null }],
          },
          {
            $set: {
              status: 'pending',
              round,
              attempts: 0,
              error: null,
              retry_at: null,
              timeline: { queued_at: new Date() },
            },
            $unset: { late: 1 },
          },
        );
      }
    },

    /**
     * Fences off images that are not done: runs of the round can no longer record them.
     *
     * @returns how many; the others are done meanwhile, or were fenced off before
     */
    async close(requestId: string, round: number, refs: readonly string[]): Promise<number> {
      let closed = 0;
      for (const batch of batchesOf(refs, IMAGES_AT_ONCE)) {
        const { matchedCount } = await Image.updateMany(
          { _id: { $in: idsOf(requestId, batch) }, round, status: 'pending' },
          { $set: { round: null } },
        );
        closed += matchedCount;
      }
      return closed;
    },
  };
}
