import type { Models } from './models';
import type { ImageFailure, ImageRecord, CompressedImage } from './types';

/** What became of one attempt; `at` is the attempt's number. */
export type Attempt =
  | { readonly ref: string; readonly at: number; readonly result: CompressedImage }
  | { readonly ref: string; readonly at: number; readonly failure: ImageFailure }
  | {
      readonly ref: string;
      readonly at: number;
      readonly failure: ImageFailure;
      /** Another attempt follows, not before this time. */
      readonly retryAt: Date;
    };

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

  return {
    /** Writes new images, past mongoose's casting: see `rows.insert`. */
    async insert(images: readonly ImageRecord[]): Promise<void> {
      if (images.length > 0)
        await Image.db
          .collection<ImageRecord>('images')
          .insertMany([...images], { ordered: false });
    },

    /** Corrects how often images stand in the sheet, where that became known after they were written. */
    async setPlaces(requestId: string, places: ReadonlyMap<string, number>): Promise<void> {
      if (places.size === 0) return;
      await Image.bulkWrite(
        [...places].map(([ref, count]) => ({
          updateOne: {
            filter: { _id: idOf(requestId, ref) },
            update: { $set: { places: count } },
          },
        })),
        { ordered: false },
      );
    },

    /** Images by ref (`lane-number`); those that do not exist are missing from the map. */
    async findMany(requestId: string, refs: readonly string[]): Promise<Map<string, ImageRecord>> {
      const images = await Image.find({ _id: { $in: refs.map((ref) => idOf(requestId, ref)) } })
        .lean<ImageRecord[]>()
        .exec();
      return new Map(images.map((image) => [image._id.slice(requestId.length + 1), image]));
    },

    /**
     * Records attempts by one bulk write, each only while the image is not done and the round is open.
     *
     * @returns how many were recorded; the others were done already or are fenced off
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
              // A twin that wakes late does not turn attempts back.
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
     * Lets a new round try images again that did not succeed. A repeated or late call changes nothing: what
     * the round has begun with is not reset.
     */
    async reopen(requestId: string, round: number, refs: readonly string[]): Promise<void> {
      await Image.updateMany(
        {
          _id: { $in: refs.map((ref) => idOf(requestId, ref)) },
          status: { $in: ['failed', 'pending'] },
          $or: [{ round: { $lt: round } }, { round: null }],
        },
        { $set: { status: 'pending', round, attempts: 0, error: null, retry_at: null } },
      );
    },

    /** From now on no run of the round may record these images, unless they are done already. */
    async close(requestId: string, round: number, refs: readonly string[]): Promise<void> {
      await Image.updateMany(
        { _id: { $in: refs.map((ref) => idOf(requestId, ref)) }, round, status: 'pending' },
        { $set: { round: null } },
      );
    },
  };
}
