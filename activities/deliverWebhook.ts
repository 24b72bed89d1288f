import { Context } from '@temporalio/activity';
import type { WebhookPayload } from '../contract/webhook';
import { DeliveryError } from '../src/errors';
import { deliveryIdOf } from '../src/records/deliveries';
import { isFinished } from '../contract/statuses';
import { describe } from '../contract/report';
import { createReceiverLimit } from '../src/webhooks/receiverLimit';
import { delayBeforeAttempt } from '../src/webhooks/schedule';
import type { ActivityDependencies } from './dependencies';
import { deliveryFailed, interrupted, receiverBusy, roundClosed } from './failure';
import { withHeartbeat } from './heartbeat';
import type { ImageRequestActivities, RoundRef } from './types';

/** Deliveries in progress to one receiver, per worker. */
const PER_RECEIVER = 8;

/**
 * Makes one attempt to deliver the webhook of a recorded outcome. After `WEBHOOK_MAX_ATTEMPTS` attempts the delivery
 * fails. They are counted in the delivery's record, so that a crash does not use one up.
 */
export function createDeliverWebhook({
  records,
  sender,
  config,
  logger,
  metrics,
}: ActivityDependencies): ImageRequestActivities['deliverWebhook'] {
  const receivers = createReceiverLimit(PER_RECEIVER);

  return (ref) =>
    withHeartbeat(async (signal) => {
      const { requestId, round } = ref;
      const prepared = await prepare(ref);
      if (prepared === null) return;
      const { url, body, attempts } = prepared;
      const end = receivers.tryBegin(url);
      if (end === null) throw receiverBusy(Context.current().info.attempt);
      const record = (state: 'pending' | 'delivered' | 'failed', answer: Answer) =>
        records.deliveries.recordAttempt(requestId, round, { state, attempts, ...answer });
      try {
        const { statusCode } = await sender.send(
          { id: deliveryIdOf(requestId, round), url, body },
          signal,
        );
        await record('delivered', { statusCode, error: null });
        metrics.webhookAttempted('delivered');
      } catch (error) {
        if (signal.aborted) throw interrupted();
        if (!(error instanceof DeliveryError)) throw error;
        const over = !error.retryable || attempts >= config.WEBHOOK_MAX_ATTEMPTS;
        await record(over ? 'failed' : 'pending', {
          statusCode: error.statusCode,
          error: error.message,
        });
        metrics.webhookAttempted(over ? 'failed' : 'retried');
        logger.warn(
          { request_id: requestId, attempts, over, reason: error.message },
          'Webhook delivery failed',
        );
        throw deliveryFailed(error, over ? null : pauseAfter(attempts, error));
      } finally {
        end();
      }
    });

  /** @returns `null` when the delivery has already ended */
  async function prepare(ref: RoundRef): Promise<Prepared | null> {
    const { requestId, round } = ref;
    const [request, delivery] = await Promise.all([
      records.requests.find(requestId),
      records.deliveries.find(requestId, round),
    ]);
    if (request?.round !== round || !isFinished(request.state) || delivery === null) {
      throw roundClosed(requestId, round);
    }
    if (delivery.state !== 'pending') return null;
    const { state: status, counts, note } = request;
    const message: WebhookPayload = {
      request_id: requestId,
      status,
      details: describe(status, counts, note),
    };
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

interface Prepared {
  readonly url: string;
  readonly body: string;
  readonly attempts: number;
}

interface Answer {
  readonly statusCode: number | null;
  readonly error: string | null;
}
