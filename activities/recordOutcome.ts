import type { ActivityDependencies } from './dependencies';
import { roundClosed } from './failure';
import { withHeartbeat } from './heartbeat';
import type { ImageRequestActivities } from './types';

/** Closes the round: from now on the request's status comes from the record, with or without Temporal. */
export function createRecordOutcome({
  records,
}: ActivityDependencies): ImageRequestActivities['recordOutcome'] {
  return ({ requestId, round, ...outcome }) =>
    withHeartbeat(async () => {
      const request = await records.requests.find(requestId);
      if (request === null || request.state === 'withdrawn' || request.round < round) {
        throw roundClosed(requestId, round);
      }
      // A newer round opens only after an outcome, so an earlier attempt recorded it and its answer was lost.
      if (request.round > round) return { webhook: false };
      const { webhook_url: url } = request;
      // Before the outcome, so that every reader who sees the outcome sees its delivery as well.
      if (url !== null) await records.deliveries.open(requestId, round, url);
      await records.rounds.finish(requestId, round, outcome);
      return { webhook: url !== null };
    });
}
