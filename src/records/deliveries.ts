import type { Models } from './models';
import type { DeliveryRecord, DeliveryState } from './types';

export interface DeliveryAttempt {
  readonly state: DeliveryState;
  /** The attempt's number. */
  readonly attempts: number;
  readonly statusCode: number | null;
  readonly error: string | null;
}

export type Deliveries = ReturnType<typeof createDeliveries>;

/** The `webhook-id`: the same over all attempts and redeliveries of one outcome. */
export function deliveryIdOf(requestId: string, round: number): string {
  return `${requestId}.${round}`;
}

export function createDeliveries({ Delivery }: Models) {
  return {
    find: (requestId: string, round: number) =>
      Delivery.findById(deliveryIdOf(requestId, round)).lean<DeliveryRecord>().exec(),

    /** Notes that an outcome is to be delivered. Repeated, it changes nothing. */
    async open(requestId: string, round: number, url: string): Promise<void> {
      const fresh: Omit<DeliveryRecord, '_id'> = {
        request_id: requestId,
        url,
        state: 'pending',
        attempts: 0,
        status_code: null,
        error: null,
        created_at: new Date(),
        delivered_at: null,
      };
      await Delivery.updateOne(
        { _id: deliveryIdOf(requestId, round) },
        { $setOnInsert: fresh },
        { upsert: true },
      );
    },

    async recordAttempt(requestId: string, round: number, attempt: DeliveryAttempt): Promise<void> {
      const { state, attempts, statusCode, error } = attempt;
      await Delivery.updateOne(
        { _id: deliveryIdOf(requestId, round) },
        {
          $set: {
            state,
            attempts,
            status_code: statusCode,
            error,
            delivered_at: state === 'delivered' ? new Date() : null,
          },
        },
      );
    },
  };
}
