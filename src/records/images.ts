import { batchesOf } from './batches';
import type { Models } from './models';
import type { ImageFailure, ImageRecord, CompressedImage } from './types';

/** The outcome of one attempt; `at` is its number. */
export type Attempt =
  | { readonly ref: string; readonly at: number; readonly result: CompressedImage }
  | { readonly ref: string; readonly at: number; readonly failure: ImageFailure }
  | {
      readonly ref: string;
      readonly at: number;
      readonly failure: ImageFailure;
      /** The next attempt starts at this time, or later. */
      readonly retryAt: Date;
    };

/**
 * Images in one command. While a command runs, a small server answers other calls late, or the stand-in for development
 * not at all: this many take it about 0.1 s.
 */
const IMAGES_AT_ONCE = 500;

export type Images = ReturnType<typeof createImages>;

export function imageRef(lane: number, number: number): string {
  return `${lane}-${number}`;
}

/** What an attempt changes of an image, in MongoDB and in what an activity goes on with. */
export function changesOf(attempt: Attempt): Partial<ImageRecord> {
  const { at: attempts } = attempt;
  if ('result' in attempt) {
    const { result } = attempt;
    return { status: 'succeeded', attempts, error: null, retry_at: null, result };
  }
  const { failure: error } = attempt;
  return 'retryAt' in attempt
    ? { attempts, error, retry_at: attempt.retryAt }
    : { status: 'failed', attempts, error, retry_at: null };
}

export function createImages({ Image }: Models) {
  const idOf = (requestId: string, ref: string) => `${requestId}/${ref}`;
  const idsOf = (requestId: string, refs: readonly string[]) =>
    refs.map((ref) => idOf(requestId, ref));

  return {
    /** Inserts new images without mongoose's casting: see `rows.insert`. */
    async insert(images: readonly ImageRecord[]): Promise<void> {
      const collection = Image.db.collection<ImageRecord>('images');
      for (const batch of batchesOf(images, IMAGES_AT_ONCE)) {
        await collection.insertMany(batch, { ordered: false });
      }
    },

    /** Updates the numbers of occurrences that were still incomplete when the images were inserted. */
    async setOccurrences(
      requestId: string,
      occurrences: ReadonlyMap<string, number>,
    ): Promise<void> {
      for (const batch of batchesOf([...occurrences], IMAGES_AT_ONCE)) {
        await Image.bulkWrite(
          batch.map(([ref, count]) => ({
            updateOne: {
              filter: { _id: idOf(requestId, ref) },
              update: { $set: { places: count } },
            },
          })),
          { ordered: false },
        );
      }
    },

    /**
     * Returns images by ref (`lane-number`), without their `data`. An image that does not exist is missing from the map.
     */
    async findMany(requestId: string, refs: readonly string[]): Promise<Map<string, ImageRecord>> {
      const found = new Map<string, ImageRecord>();
      for (const batch of batchesOf(refs, IMAGES_AT_ONCE)) {
        const images = await Image.find({ _id: { $in: idsOf(requestId, batch) } }, { data: 0 })
          .lean<ImageRecord[]>()
          .exec();
        for (const image of images) found.set(image._id.slice(requestId.length + 1), image);
      }
      return found;
    },

    /** Returns the image of a `data:` link; `null` when the link was damaged. */
    async dataOf(requestId: string, ref: string): Promise<Buffer | null> {
      const image = await Image.db
        .collection<ImageRecord>('images')
        .findOne({ _id: idOf(requestId, ref) }, { projection: { data: 1 }, promoteBuffers: true });
      return image?.data ?? null;
    },

    /**
     * Records attempts in one bulk write. An attempt is recorded only while its image is pending and the round is
     * open.
     *
     * @returns the number of recorded attempts; for the others, the image is done or fenced off
     */
    async record(requestId: string, round: number, attempts: readonly Attempt[]): Promise<number> {
      if (attempts.length === 0) return 0;
      const { matchedCount } = await Image.bulkWrite(
        attempts.map((attempt) => ({
          updateOne: {
            filter: {
              _id: idOf(requestId, attempt.ref),
              round,
              status: 'pending',
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
          { $set: { status: 'pending', round, attempts: 0, error: null, retry_at: null } },
        );
      }
    },

    /** Fences off images that are not done: runs of the round can no longer record them. */
    async close(requestId: string, round: number, refs: readonly string[]): Promise<void> {
      for (const batch of batchesOf(refs, IMAGES_AT_ONCE)) {
        await Image.updateMany(
          { _id: { $in: idsOf(requestId, batch) }, round, status: 'pending' },
          { $set: { round: null } },
        );
      }
    },
  };
}
