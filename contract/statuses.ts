/** Statuses of requests, images and webhooks, as used in HTTP, workflows, records and metrics. */

/** Statuses of a finished request. */
export const OUTCOME_STATUSES = [
  'completed',
  'completed_with_errors',
  'failed',
  'cancelled',
] as const;
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number];

/** Statuses of an unfinished request. */
export const OPEN_STATUSES = ['pending', 'processing'] as const;

export const REQUEST_STATUSES = [...OPEN_STATUSES, ...OUTCOME_STATUSES] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** Outcomes after which a retry is possible. */
export const RETRYABLE_STATUSES = ['failed', 'completed_with_errors', 'cancelled'] as const;

export function isFinished(status: string): status is OutcomeStatus {
  return OUTCOME_STATUSES.some((outcome) => outcome === status);
}

export const IMAGE_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type ImageStatus = (typeof IMAGE_STATUSES)[number];

/** `superseded`: a retry began before the delivery succeeded. The newer outcome is sent instead. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed', 'superseded'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
