import { insertMissing } from './insertMissing';
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

/** Rows in one query: small rows are read many at once, huge ones a few. */
const MAX_ROWS_AT_ONCE = 250;
const FIRST_ROWS_AT_ONCE = 10;
const CHARACTERS_AT_ONCE = 2 ** 20;

/**
 * How many rows to read after `rows`, which one query for so many found. Grows slowly, since huge rows often follow each
 * other. Rows that are not recorded yet are not found.
 */
export function nextSize(
  rows: readonly (RowLayout & Partial<RowRecord>)[],
  asked = rows.length,
): number {
  let weight = 0;
  for (const { images, cells = [] } of rows) {
    const characters = cells.reduce((sum, cell) => sum + cell.length, 0);
    weight += images.length / IMAGES_AT_ONCE + characters / CHARACTERS_AT_ONCE;
  }
  const size = Math.floor(asked * Math.min(1 / weight, 2));
  return Math.max(1, Math.min(size, MAX_ROWS_AT_ONCE));
}

/** Rows of which only the error is read: as many ids in a query as for images. */
const BAD_ROWS_AT_ONCE = 500;

export interface BadRow {
  readonly error: NonNullable<RowRecord['error']>;
}

export function createRows({ Row }: Models) {
  return {
    /**
     * Inserts new rows without mongoose's casting, which takes longer than the write itself. The types guarantee
     * what casting would check. Leaves rows that are recorded already.
     */
    async insert(rows: readonly RowRecord[]): Promise<void> {
      if (rows.length === 0) return;
      const collection = Row.db.collection<RowRecord>('rows');
      await insertMissing(() => collection.insertMany([...rows], { ordered: false }));
    },

    /** Yields the rows numbered `first` to `last` (inclusive), in order, as many at a time as one query may return. */
    pages: (requestId: string, first: number, last: number): AsyncGenerator<RowRecord[]> =>
      pagesOf(first, last, (...numbers) =>
        Row.find({ _id: { $in: idsOf(requestId, ...numbers) } })
          .lean<RowRecord[]>()
          .exec(),
      ),

    /** Yields the same rows without their cells. */
    layouts: (requestId: string, first: number, last: number): AsyncGenerator<RowLayout[]> =>
      pagesOf(first, last, (...numbers) =>
        Row.find({ _id: { $in: idsOf(requestId, ...numbers) } }, { cells: 0 })
          .lean<RowLayout[]>()
          .exec(),
      ),

    /** Yields the bad rows among those numbered 1 to `last`, a batch at a time. */
    async *bad(requestId: string, last: number): AsyncGenerator<BadRow[]> {
      for (let first = 1; first <= last; first += BAD_ROWS_AT_ONCE) {
        const ids = idsOf(requestId, first, Math.min(first + BAD_ROWS_AT_ONCE - 1, last));
        yield await Row.find({ _id: { $in: ids }, error: { $ne: null } }, { _id: 0, error: 1 })
          .lean<BadRow[]>()
          .exec();
      }
    },
  };
}

async function* pagesOf<Row extends RowLayout>(
  first: number,
  last: number,
  read: (from: number, to: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  let size = FIRST_ROWS_AT_ONCE;
  for (let from = first; from <= last;) {
    const to = Math.min(from + size - 1, last);
    const rows = inOrder(await read(from, to));
    yield rows;
    size = nextSize(rows, to - from + 1);
    from = to + 1;
  }
}

function idsOf(requestId: string, first: number, last: number): string[] {
  const length = Math.max(last - first + 1, 0);
  return Array.from({ length }, (_, index) => `${requestId}/${first + index}`);
}

function inOrder<Row extends RowLayout>(rows: Row[]): Row[] {
  return rows.sort((one, other) => one.number - other.number);
}
