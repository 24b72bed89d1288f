import { messageOf } from '../src/errors';
import type { Recorded } from '../src/recording/recordSheet';
import { requireOpenRound } from './attempt';
import type { ActivityDependencies } from './dependencies';
import { withHeartbeat } from './heartbeat';
import { recordRows } from './recordRows';
import type { ImageRequestActivities, RoundRef } from './types';

/** The run is told at most this often. */
const TELL_EVERY_MS = 1_000;
/** And only when so much more is recorded: a million rows make a hundred signals. */
const TELL_GROWTH = 1.1;

/** Records a large sheet, and tells the run how many images each lane has so far. */
export function createRecordSheet(
  deps: ActivityDependencies,
): ImageRequestActivities['recordSheet'] {
  return (ref) =>
    withHeartbeat(async (signal) => {
      const request = await requireOpenRound(deps, ref);
      const tell = createTelling(deps, ref);
      const { lanes, late } = await recordRows(deps, request, signal, tell);
      return { lanes, late };
    });
}

function createTelling({ tellRecorded, logger }: ActivityDependencies, { requestId }: RoundRef) {
  let told = { rows: 0, at: 0 };
  let isTelling = false;

  return ({ rows, lanes }: Recorded): void => {
    const isDue = Date.now() - told.at >= TELL_EVERY_MS && rows >= told.rows * TELL_GROWTH;
    if (isTelling || !isDue) return;
    told = { rows, at: Date.now() };
    isTelling = true;
    tellRecorded(requestId, lanes)
      .catch((error: unknown) => {
        // The next one says more. The last is the activity's result.
        logger.debug(
          { request_id: requestId, reason: messageOf(error) },
          'The run could not be told how many images are recorded',
        );
      })
      .finally(() => {
        isTelling = false;
      });
  };
}
