import { readRows } from '../src/csv/read';
import { Refusal } from '../src/errors';
import { NO_LATE_PLACES } from '../src/records/images';
import { recordSheet, type Recorded, type RecordedSheet } from '../src/recording/recordSheet';
import { sheetOf } from '../src/recording/sheet';
import type { RequestRecord } from '../src/records/types';
import type { ActivityDependencies } from './dependencies';
import { requireOpenRound } from './attempt';
import { interrupted, sheetLost } from './failure';

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
  let known = lanes;
  if (stored === null) throw sheetLost(id, 'it is not in the storage', known);

  async function onBatch(recorded: Recorded): Promise<void> {
    if (!(await records.requests.noteRecorded(id, round, recorded))) await endStale();
    known = recorded.lanes;
    onRecorded(recorded);
    if (signal.aborted) throw interrupted();
  }

  /** Either the round is over, or another attempt has recorded the sheet: the next one finds it done. */
  async function endStale(): Promise<never> {
    await requireOpenRound({ records }, { requestId: id, round });
    throw new Error('Expected a sheet that is being recorded, found one that is recorded');
  }

  try {
    const read = readRows(stored.stream, sheetOf(request));
    const recorded = await recordSheet(records, id, read, recording.rows, onBatch);
    if (recorded.rows !== rows) {
      throw sheetLost(id, `it has ${recorded.rows} rows, expected ${rows}`, recorded.lanes);
    }
    // When this succeeds and the answer is lost, the run does not learn of the late places: the counts of its progress
    // lack them. Those of the outcome come from the records.
    if (!(await records.requests.completeRecording(id, round, recorded.lanes))) await endStale();
    return recorded;
  } catch (error) {
    // It could be read when it was uploaded.
    throw error instanceof Refusal ? sheetLost(id, error.message, known) : error;
  } finally {
    stored.stream.destroy();
  }
}
