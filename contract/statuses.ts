/** The words for how far a request, an image or a webhook is: over HTTP, in workflows, records and metrics alike. */

/** A request that ended. */
export const OUTCOME_STATUSES = [
  'completed',
  'completed_with_errors',
  'failed',
  'cancelled',
] as const;
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number];

/** A request that is still worked on, or waits to be. */
export const OPEN_STATUSES = ['pending', 'processing'] as const;

export const REQUEST_STATUSES = [...OPEN_STATUSES, ...OUTCOME_STATUSES] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** Outcomes after which a retry may have something to do. */
export const RETRYABLE_STATUSES = ['failed', 'completed_with_errors', 'cancelled'] as const;

export function isFinished(status: string): status is OutcomeStatus {
  return OUTCOME_STATUSES.some((outcome) => outcome === status);
}

export const IMAGE_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type ImageStatus = (typeof IMAGE_STATUSES)[number];

/** `superseded`: a retry came before it was delivered; the newer outcome is sent instead. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed', 'superseded'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
