import type { Models } from './models';
import type { RowRecord } from './types';

export type Rows = ReturnType<typeof createRows>;

/** Maximum number of images that are read together with rows. */
const IMAGES_AT_ONCE = 5_000;

/** A row without its cells, which may hold a megabyte. */
export type RowLayout = Omit<RowRecord, 'cells'>;

/** Splits rows into parts with few enough images to read them at once. Keeps the order, and does not split a row. */
export function* inReadableParts<Row extends RowLayout>(
  rows: readonly Row[],
  imagesAtOnce = IMAGES_AT_ONCE,
): Generator<Row[]> {
  let part: Row[] = [];
  let images = 0;
  for (const row of rows) {
    if (part.length > 0 && images + row.images.length > imagesAtOnce) {
      yield part;
      part = [];
      images = 0;
    }
    part.push(row);
    images += row.images.length;
  }
  if (part.length > 0) yield part;
}

export function createRows({ Row }: Models) {
  return {
    /**
     * Inserts new rows without mongoose's casting, which takes longer than the write itself. The types guarantee
     * what casting would check.
     */
    async insert(rows: readonly RowRecord[]): Promise<void> {
      if (rows.length > 0)
        await Row.db.collection<RowRecord>('rows').insertMany([...rows], { ordered: false });
    },

    /** Returns the rows numbered `first` to `last` (inclusive), in order. Reads by key: at most a few thousand. */
    async range(requestId: string, first: number, last: number): Promise<RowRecord[]> {
      const rows = await Row.find({ _id: { $in: idsOf(requestId, first, last) } })
        .lean<RowRecord[]>()
        .exec();
      return inOrder(rows);
    },

    /** Returns the same rows without their cells. */
    async layouts(requestId: string, first: number, last: number): Promise<RowLayout[]> {
      const rows = await Row.find({ _id: { $in: idsOf(requestId, first, last) } }, { cells: 0 })
        .lean<RowLayout[]>()
        .exec();
      return inOrder(rows);
    },
  };
}

function idsOf(requestId: string, first: number, last: number): string[] {
  const length = Math.max(last - first + 1, 0);
  return Array.from({ length }, (_, index) => `${requestId}/${first + index}`);
}

function inOrder<Row extends RowLayout>(rows: Row[]): Row[] {
  return rows.sort((one, other) => one.number - other.number);
}
