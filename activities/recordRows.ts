import { readRows } from '../src/csv/read';
import { Refusal } from '../src/errors';
import { NO_LATE_PLACES } from '../src/records/images';
import { recordSheet, type Recorded, type RecordedSheet } from '../src/recording/recordSheet';
import { sheetOf } from '../src/recording/sheet';
import type { RequestRecord } from '../src/records/types';
import type { ActivityDependencies } from './dependencies';
import { interrupted, roundClosed, sheetLost } from './failure';

/**
 * Records the rows and images of a stored sheet that are not recorded yet.
 *
 * @param onRecorded called after each batch
 * @throws ApplicationFailure `sheet_lost`, `round_closed`
 */
export async function recordRows(
  { records, files }: Pick<ActivityDependencies, 'records' | 'files'>,
  request: RequestRecord,
  signal: AbortSignal,
  onRecorded: (recorded: Recorded) => void = () => undefined,
): Promise<RecordedSheet> {
  const { _id: id, round, rows, lanes, recording } = request;
  if (recording === undefined) return { rows, lanes, late: NO_LATE_PLACES };
  const stored = await files.openSheet(id);
  if (stored === null) throw sheetLost(id, 'it is not in the storage');

  async function onBatch(recorded: Recorded): Promise<void> {
    if (!(await records.requests.noteRecorded(id, recorded.rows))) throw roundClosed(id, round);
    onRecorded(recorded);
    if (signal.aborted) throw interrupted();
  }

  try {
    const read = readRows(stored.stream, sheetOf(request));
    const recorded = await recordSheet(records, id, read, recording.rows, onBatch);
    // When this succeeds and the answer is lost, the run does not learn of the late places: the counts of its progress
    // lack them. Those of the outcome come from the records.
    if (!(await records.requests.completeRecording(id, recorded.lanes))) {
      throw roundClosed(id, round);
    }
    return recorded;
  } catch (error) {
    // It could be read when it was uploaded.
    throw error instanceof Refusal ? sheetLost(id, error.message) : error;
  } finally {
    stored.stream.destroy();
  }
}
