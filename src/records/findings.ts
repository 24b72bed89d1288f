import type { Models } from './models';
import type { FindingRecord } from './types';

/** Older findings are in the logs of the workers. */
const MAX_KEPT = 100;

export type Findings = ReturnType<typeof createFindings>;

export function createFindings({ Finding }: Models) {
  return {
    /** Records a finding. One that is found again replaces the older one: a removal may fail every minute for hours. */
    async record(finding: Omit<FindingRecord, '_id'>): Promise<void> {
      const _id = `${finding.request_id}/${finding.finding}`;
      await Finding.updateOne({ _id }, { $set: finding }, { upsert: true });
    },

    /** Removes all but the newest 100. */
    async removeOld(): Promise<void> {
      const old = await Finding.find({}, { _id: 1 })
        .sort({ at: -1, _id: 1 })
        .skip(MAX_KEPT)
        .lean<{ _id: string }[]>()
        .exec();
      if (old.length === 0) return;
      await Finding.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
    },

    /** Returns the newest findings, newest first. */
    newest: (limit: number): Promise<FindingRecord[]> =>
      Finding.find().sort({ at: -1, _id: 1 }).limit(limit).lean<FindingRecord[]>().exec(),
  };
}
