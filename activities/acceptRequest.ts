import { parseSheetLink } from '../src/network/sheetLink';
import { isDataLink } from '../src/network/dataLink';
import { imageRef } from '../src/records/images';
import { isFinished } from '../contract/statuses';
import type { RequestRecord } from '../src/records/types';
import type { ActivityDependencies } from './dependencies';
import { roundClosed } from './failure';
import { withHeartbeat } from './heartbeat';
import { recordRows } from './recordRows';
import type { ImageRequestActivities, Task } from './types';

/** With more images a slice has several, and a single name would say little. */
const MAX_NAMES = 100;
const MAX_NAME_LENGTH = 60;

/** The weight of the largest sheet that is recorded here: it takes less than a second. */
const MAX_SMALL = 2_000;

/** The workflow's first step: accepts the request, or ends a run whose round is over. */
export function createAcceptRequest({
  records,
  files,
  searchAttributes,
}: ActivityDependencies): ImageRequestActivities['acceptRequest'] {
  return ({ requestId, round, task }) =>
    withHeartbeat(async (signal) => {
      const started = task === 'process' ? await records.rounds.start(requestId, round) : null;
      const request = started ?? (await records.requests.accept(requestId));
      if (request?.round !== round || request.state === 'uploading') {
        throw roundClosed(requestId, round);
      }
      const { state } = request;
      if (isFinished(state)) {
        if (task === 'process') throw roundClosed(requestId, round);
        return { status: state, searchAttributes, names: null };
      }
      const lanes = await lanesOf(request, task, signal);
      const names = lanes === null ? null : await namesOf(requestId, lanes);
      return { status: 'processing', searchAttributes, lanes, names };
    });

  /** Records a small sheet here, which saves its run an activity. */
  async function lanesOf(
    request: RequestRecord,
    task: Task,
    signal: AbortSignal,
  ): Promise<readonly number[] | null> {
    const { recording, lanes } = request;
    // A retry processes what there is, also when the sheet was lost.
    if (recording === undefined || request.round > 1) return lanes;
    if (task !== 'process' || recording.weight > MAX_SMALL) return null;
    return (await recordRows({ records, files }, request, signal)).lanes;
  }

  async function namesOf(id: string, lanes: readonly number[]): Promise<string[][] | null> {
    if (lanes.reduce((sum, size) => sum + size, 0) > MAX_NAMES) return null;
    const refs = lanes.map((size, lane) =>
      Array.from({ length: size }, (_, number) => imageRef(lane, number)),
    );
    const images = await records.images.findMany(id, refs.flat());
    return refs.map((lane) => lane.map((ref) => nameOf(images.get(ref)?.url ?? '')));
  }
}

/** Returns the last part of the link's path, without host and query, which may hold secrets. */
function nameOf(url: string): string {
  if (isDataLink(url)) return url.slice(0, MAX_NAME_LENGTH);
  const path = parseSheetLink(url)?.pathname ?? '';
  const name = path.split('/').findLast((part) => part !== '') ?? 'image';
  return name.slice(0, MAX_NAME_LENGTH);
}
