import type { Models } from './models';
import type { RowRecord } from './types';

export type Rows = ReturnType<typeof createRows>;

export function createRows({ Row }: Models) {
  return {
    /**
     * Writes new rows. Past mongoose's casting, which takes longer than the write itself: the types say
     * what casting would check.
     */
    async insert(rows: readonly RowRecord[]): Promise<void> {
      if (rows.length > 0)
        await Row.db.collection<RowRecord>('rows').insertMany([...rows], { ordered: false });
    },

    /** The rows `first` to `last` (numbers, inclusive), in order. Read by key: give at most a few thousand. */
    async range(requestId: string, first: number, last: number): Promise<RowRecord[]> {
      const ids = Array.from(
        { length: Math.max(last - first + 1, 0) },
        (_, index) => `${requestId}/${first + index}`,
      );
      const rows = await Row.find({ _id: { $in: ids } })
        .lean<RowRecord[]>()
        .exec();
      return rows.sort((one, other) => one.number - other.number);
    },
  };
}
