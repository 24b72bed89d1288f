import type { Models } from './models';
import type { DeliveryState } from '../../contract/statuses';
import type { DeliveryRecord } from './types';

export interface DeliveryAttempt {
  readonly state: DeliveryState;
  /** The number of this attempt. */
  readonly attempts: number;
  readonly statusCode: number | null;
  readonly error: string | null;
}

export type Deliveries = ReturnType<typeof createDeliveries>;

/** Returns the `webhook-id`. All attempts and redeliveries of one outcome share it. */
export function deliveryIdOf(requestId: string, round: number): string {
  return `${requestId}.${round}`;
}

export function createDeliveries({ Delivery }: Models) {
  return {
    find: (requestId: string, round: number) =>
      Delivery.findById(deliveryIdOf(requestId, round)).lean<DeliveryRecord>().exec(),

    /** Returns the deliveries of the given rounds, by request id. A round without a delivery is missing from the map. */
    async findMany(
      rounds: readonly { readonly _id: string; readonly round: number }[],
    ): Promise<Map<string, DeliveryRecord>> {
      const ids = rounds.map(({ _id, round }) => deliveryIdOf(_id, round));
      const found = await Delivery.find({ _id: { $in: ids } })
        .lean<DeliveryRecord[]>()
        .exec();
      return new Map(found.map((delivery) => [delivery.request_id, delivery]));
    },

    /** Records that an outcome is to be delivered. A repeated call changes nothing. */
    async open(requestId: string, round: number, url: string): Promise<void> {
      const fresh: Omit<DeliveryRecord, '_id'> = {
        request_id: requestId,
        url,
        state: 'pending',
        attempts: 0,
        status_code: null,
        error: null,
        created_at: new Date(),
        updated_at: new Date(),
        delivered_at: null,
      };
      await Delivery.updateOne(
        { _id: deliveryIdOf(requestId, round) },
        { $setOnInsert: fresh },
        { upsert: true },
      );
    },

    /** Starts a redelivery. @returns false while a delivery is under way, or when there is none */
    async reopen(requestId: string, round: number): Promise<boolean> {
      const { matchedCount } = await Delivery.updateOne(
        { _id: deliveryIdOf(requestId, round), state: { $in: ['delivered', 'failed'] } },
        {
          $set: {
            state: 'pending',
            updated_at: new Date(),
            attempts: 0,
            status_code: null,
            error: null,
            delivered_at: null,
          },
        },
      );
      return matchedCount === 1;
    },

    /** Undoes a `reopen` whose run did not start. */
    async rollbackReopen(before: DeliveryRecord): Promise<void> {
      const { _id, state, attempts, status_code, error, delivered_at, updated_at } = before;
      await Delivery.updateOne(
        { _id, state: 'pending', attempts: 0 },
        { $set: { state, attempts, status_code, error, delivered_at, updated_at } },
      );
    },

    /** Ends a delivery that is under way, for a reason other than a response. */
    async end(
      requestId: string,
      round: number,
      state: 'failed' | 'superseded',
      error: string,
    ): Promise<void> {
      await Delivery.updateOne(
        { _id: deliveryIdOf(requestId, round), state: 'pending' },
        { $set: { state, error, updated_at: new Date() } },
      );
    },

    /** Records that the run of a delivery is alive. */
    async touch(requestId: string, round: number): Promise<void> {
      await Delivery.updateOne(
        { _id: deliveryIdOf(requestId, round), state: 'pending' },
        { $set: { updated_at: new Date() } },
      );
    },

    /** Returns deliveries under way without an update since `before`, oldest update first. */
    quietPending: (before: Date, limit: number) =>
      Delivery.find({ state: 'pending', updated_at: { $lt: before } })
        .sort({ updated_at: 1 })
        .limit(limit)
        .lean<DeliveryRecord[]>()
        .exec(),

    async recordAttempt(requestId: string, round: number, attempt: DeliveryAttempt): Promise<void> {
      const { state, attempts, statusCode, error } = attempt;
      await Delivery.updateOne(
        { _id: deliveryIdOf(requestId, round), state: 'pending' },
        {
          $set: {
            state,
            attempts,
            status_code: statusCode,
            error,
            updated_at: new Date(),
            delivered_at: state === 'delivered' ? new Date() : null,
          },
        },
      );
    },
  };
}
