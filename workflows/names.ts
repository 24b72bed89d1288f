/** The names by which workflows, clients and people in the Web UI find each other. */

export const IMAGE_REQUEST_WORKFLOW = 'imageRequest';
export const BULK_RETRY_WORKFLOW = 'bulkRetry';
export const RECONCILER_WORKFLOW = 'reconciler';
export const RETENTION_WORKFLOW = 'retention';
/** Started by the schedules of 0.1.0, which the two above replace. */
export const RECONCILE_WORKFLOW = 'reconcileRequests';
export const REMOVE_EXPIRED_WORKFLOW = 'removeExpired';
export const PROGRESS_QUERY = 'progress';
export const STATUS_QUERY = 'status';
/** Says what is to be done next: see `imageRequest`. */
export const FOLLOW_SIGNAL = 'follow';
/** To the service's own sweeps, by an operator: see `sweeps`. */
export const SWEEP_SIGNAL = 'sweep';
export const PAUSE_SIGNAL = 'pause';
export const RESUME_SIGNAL = 'resume';

export function workflowIdOf(requestId: string): string {
  return `image-request/${requestId}`;
}

/** The type of the failure that says: workers died over this work, look at it more closely. */
export const WORKER_CRASH = 'worker_crash';

/**
 * Slices burn CPU for seconds, the other activities take milliseconds: each kind has a task queue and a
 * worker of its own, so that a full machine still records outcomes and delivers webhooks.
 */
export function imagesTaskQueueOf(taskQueue: string): string {
  return `${taskQueue}-images`;
}

/** Search attributes, all prefixed so that they cannot collide with those of other applications. */
export const SEARCH_ATTRIBUTES = {
  status: 'ImageRequestStatus',
  total: 'ImageRequestTotal',
  succeeded: 'ImageRequestSucceeded',
  failed: 'ImageRequestFailed',
} as const;
