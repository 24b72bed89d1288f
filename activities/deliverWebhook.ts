import { DeliveryError } from '../src/errors';
import { deliveryIdOf } from '../src/records/deliveries';
import { isFinished } from '../src/records/requests';
import { delayBeforeAttempt } from '../src/webhooks/schedule';
import { describe } from '../workflows/progress';
import type { ActivityDependencies } from './dependencies';
import { deliveryFailed, interrupted, roundClosed } from './failure';
import { withHeartbeat } from './heartbeat';
import type { ImageRequestActivities, RoundRef } from './types';

/**
 * One attempt at delivering the webhook of a recorded outcome. Attempts are counted in the delivery's
 * record, so that a crash does not use one up; `WEBHOOK_MAX_ATTEMPTS` ends them.
 */
export function createDeliverWebhook({
  records,
  sender,
  config,
  logger,
}: ActivityDependencies): ImageRequestActivities['deliverWebhook'] {
  return (ref) =>
    withHeartbeat(async (signal) => {
      const { requestId, round } = ref;
      const { url, body, attempts } = await prepare(ref);
      const record = (state: 'pending' | 'delivered' | 'failed', answer: Answer) =>
        records.deliveries.recordAttempt(requestId, round, { state, attempts, ...answer });
      try {
        const { statusCode } = await sender.send(
          { id: deliveryIdOf(requestId, round), url, body },
          signal,
        );
        await record('delivered', { statusCode, error: null });
      } catch (error) {
        if (signal.aborted) throw interrupted();
        if (!(error instanceof DeliveryError)) throw error;
        const over = !error.retryable || attempts >= config.WEBHOOK_MAX_ATTEMPTS;
        await record(over ? 'failed' : 'pending', {
          statusCode: error.statusCode,
          error: error.message,
        });
        logger.warn(
          { request_id: requestId, attempts, over, reason: error.message },
          'A webhook was not taken',
        );
        throw deliveryFailed(error, over ? null : pauseAfter(attempts, error));
      }
    });

  async function prepare(ref: RoundRef): Promise<{ url: string; body: string; attempts: number }> {
    const { requestId, round } = ref;
    const [request, delivery] = await Promise.all([
      records.requests.find(requestId),
      records.deliveries.find(requestId, round),
    ]);
    if (request?.round !== round || !isFinished(request.state) || delivery === null) {
      throw roundClosed(requestId, round);
    }
    const { state: status, counts } = request;
    const message = { request_id: requestId, status, details: describe(status, counts) };
    return {
      url: delivery.url,
      body: JSON.stringify(message),
      attempts: delivery.attempts + 1,
    };
  }

  function pauseAfter(attempts: number, error: DeliveryError): number {
    const pause = delayBeforeAttempt(attempts + 1, config.WEBHOOK_RETRY_INITIAL_MS);
    return Math.max(pause, error.retryAfterMs ?? 0);
  }
}

interface Answer {
  readonly statusCode: number | null;
  readonly error: string | null;
}
