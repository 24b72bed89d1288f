import type { Models } from './models';
import type { WorkerRecord } from './types';

/** A worker that died is removed after this time. */
const FORGOTTEN_MS = 60 * 60_000;
/** More than the service is ever run with. */
const MAX_LISTED = 200;

export type Workers = ReturnType<typeof createWorkers>;

export function createWorkers({ Worker }: Models) {
  return {
    /** Records that a worker is alive, and removes those that have been silent for an hour. */
    async report({ _id, ...state }: WorkerRecord): Promise<void> {
      await Worker.updateOne({ _id }, { $set: state }, { upsert: true });
      const before = new Date(state.seen_at.getTime() - FORGOTTEN_MS);
      await Worker.deleteMany({ seen_at: { $lt: before } });
    },

    /** Removes a worker that stopped. */
    async remove(id: string): Promise<void> {
      await Worker.deleteOne({ _id: id });
    },

    /** Returns the workers that reported at or after `since`, the oldest first. */
    seenSince: (since: Date): Promise<WorkerRecord[]> =>
      Worker.find({ seen_at: { $gte: since } })
        .sort({ started_at: 1, _id: 1 })
        .limit(MAX_LISTED)
        .lean<WorkerRecord[]>()
        .exec(),
  };
}
