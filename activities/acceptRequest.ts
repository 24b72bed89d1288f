import { parseSheetLink } from '../src/network/sheetLink';
import { isDataLink } from '../src/network/dataLink';
import { imageRef } from '../src/records/images';
import { isFinished } from '../contract/statuses';
import type { RequestRecord } from '../src/records/types';
import type { ActivityDependencies } from './dependencies';
import { roundClosed } from './failure';
import { withHeartbeat } from './heartbeat';
import type { ImageRequestActivities } from './types';

/** With more images a slice has several, and a single name would say little. */
const MAX_NAMES = 100;
const MAX_NAME_LENGTH = 60;

/** The workflow's first step: accepts the request, or ends a run whose round is over. */
export function createAcceptRequest({
  records,
  searchAttributes,
}: ActivityDependencies): ImageRequestActivities['acceptRequest'] {
  return ({ requestId, round, task }) =>
    withHeartbeat(async () => {
      const request = await records.requests.accept(requestId);
      if (request?.round !== round || request.state === 'uploading') {
        throw roundClosed(requestId, round);
      }
      const { state } = request;
      if (isFinished(state)) {
        if (task === 'process') throw roundClosed(requestId, round);
        return { status: state, searchAttributes, names: null };
      }
      if (task === 'process') await records.rounds.start(requestId, round);
      return { status: 'processing', searchAttributes, names: await namesOf(request) };
    });

  async function namesOf({ _id, lanes }: RequestRecord): Promise<string[][] | null> {
    if (lanes.reduce((sum, size) => sum + size, 0) > MAX_NAMES) return null;
    const refs = lanes.map((size, lane) =>
      Array.from({ length: size }, (_, number) => imageRef(lane, number)),
    );
    const images = await records.images.findMany(_id, refs.flat());
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
