import { imageRef } from '../src/records/images';
import { isFinished } from '../contract/statuses';
import type { RequestRecord } from '../src/records/types';
import type { ActivityDependencies } from './dependencies';
import { roundClosed } from './failure';
import { withHeartbeat } from './heartbeat';
import type { ImageRequestActivities } from './types';

/** With more images slices hold several each, and a name would say little. */
const MAX_NAMES = 100;
const MAX_NAME_LENGTH = 60;

/** The workflow's first step: the request is to be run, or this run ends here. */
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

/** The last part of the link's path: no host, no query, which may hold secrets. */
function nameOf(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  const name = path.split('/').findLast((part) => part !== '') ?? 'image';
  return name.slice(0, MAX_NAME_LENGTH);
}
