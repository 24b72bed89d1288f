import type { ActivityDependencies } from './dependencies';
import { roundClosed } from './failure';
import { withHeartbeat } from './heartbeat';
import type { ImageRequestActivities } from './types';

/** Closes the round: from now on the record answers for the request, with or without Temporal. */
export function createRecordOutcome({
  records,
}: ActivityDependencies): ImageRequestActivities['recordOutcome'] {
  return ({ requestId, round, ...outcome }) =>
    withHeartbeat(async () => {
      const request = await records.requests.find(requestId);
      if (request === null || request.state === 'withdrawn' || request.round < round) {
        throw roundClosed(requestId, round);
      }
      // Recorded before, but the answer was lost: only an outcome permits a retry.
      if (request.round > round) return { webhook: false };
      const { webhook_url: url } = request;
      // Before the outcome: whoever sees the outcome sees its delivery as well.
      if (url !== null) await records.deliveries.open(requestId, round, url);
      await records.rounds.finish(requestId, round, outcome);
      return { webhook: url !== null };
    });
}
