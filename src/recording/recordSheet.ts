import type { SheetRow } from '../../sheet/rows';
import { batchesOf } from '../records/batches';
import { imageRef, type LatePlaces } from '../records/images';
import type { Records } from '../records/open';
import { createBatch, type Batch } from './batch';
import { assignLanes, type LaneAssignment } from './lanes';

/** Repeated links whose occurrences are recorded together. */
const PLACES_AT_ONCE = 500;

/** What is recorded so far. */
export interface Recorded {
  /** All rows up to this number. */
  readonly rows: number;
  /** Images per lane. */
  readonly lanes: readonly number[];
}

export interface RecordedSheet extends Recorded {
  /** Occurrences that were found after their images were done. */
  readonly late: LatePlaces;
}

type ImagesAndRows = Pick<Records, 'rows' | 'images'>;

/**
 * Records the rows and images of a sheet in batches; the next batch is read while one is being written. It may be
 * interrupted at any time and called again, also by another process: the same rows give the same records.
 *
 * @param rows all rows of the sheet, in order
 * @param from rows up to this number are recorded already
 * @param onBatch called after each batch; what it throws ends the recording
 */
export async function recordSheet(
  records: ImagesAndRows,
  requestId: string,
  rows: AsyncIterable<SheetRow>,
  from: number,
  onBatch: (recorded: Recorded) => Promise<void>,
): Promise<RecordedSheet> {
  const lanes = assignLanes();
  let batch = createBatch(requestId, lanes);
  let last = from;
  let writing: Promise<unknown> = Promise.resolve();

  async function write({ rows: read, images }: Batch, recorded: Recorded): Promise<void> {
    await Promise.all([records.rows.insert(read()), records.images.insert(images())]);
    await onBatch(recorded);
  }

  async function flush(): Promise<void> {
    const full = batch;
    const recorded = { rows: last, lanes: lanes.sizes() };
    batch = createBatch(requestId, lanes);
    await writing;
    writing = write(full, recorded);
    // Awaited before the next batch; a failure until then must not count as an unhandled rejection.
    writing.catch(() => undefined);
  }

  try {
    for await (const row of rows) {
      if (row.number <= from) {
        // The images of the next rows are numbered after these.
        for (const link of row.links) lanes.place(link);
        continue;
      }
      batch.add(row);
      last = row.number;
      if (batch.isFull()) await flush();
    }
    await flush();
  } finally {
    await writing;
  }
  const recorded = { rows: last, lanes: lanes.sizes() };
  const late = await recordPlaces(records, requestId, lanes, () => onBatch(recorded));
  return { ...recorded, late };
}

/** Records how often repeated links occur, which was not known when their images were inserted. */
async function recordPlaces(
  { images }: Pick<Records, 'images'>,
  requestId: string,
  lanes: LaneAssignment,
  onBatch: () => Promise<void>,
): Promise<LatePlaces> {
  const late = { succeeded: 0, failed: 0 };
  for (const some of batchesOf(lanes.repeated(), PLACES_AT_ONCE)) {
    const places = some.map(({ lane, number, count }) => [imageRef(lane, number), count] as const);
    const found = await images.setPlaces(requestId, new Map(places));
    late.succeeded += found.succeeded;
    late.failed += found.failed;
    await onBatch();
  }
  return late;
}
