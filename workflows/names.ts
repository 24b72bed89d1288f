/** Names that workflows, clients and people in the Web UI use; histories keep them. */

export const IMAGE_REQUEST_WORKFLOW = 'imageRequest';
export const BULK_RETRY_WORKFLOW = 'bulkRetry';
export const BULK_OPERATION_WORKFLOW = 'bulkOperation';
export const RECONCILER_WORKFLOW = 'reconciler';
export const RETENTION_WORKFLOW = 'retention';
/** Started by the schedules of 0.1.0, which the two above replace. */
export const RECONCILE_WORKFLOW = 'reconcileRequests';
export const REMOVE_EXPIRED_WORKFLOW = 'removeExpired';
export const PROGRESS_QUERY = 'progress';
export const STATUS_QUERY = 'status';
/** Makes a run continue with the given input; `continueWith` in code. See `imageRequest`. */
export const FOLLOW_SIGNAL = 'follow';
/** From the activity that records rows: how many images each lane has so far. */
export const RECORDED_SIGNAL = 'recorded';
/** To the service's own sweeps, by an operator: see `sweeps`. */
export const SWEEP_SIGNAL = 'sweep';
export const PAUSE_SIGNAL = 'pause';
export const RESUME_SIGNAL = 'resume';

export function workflowIdOf(requestId: string): string {
  return `image-request/${requestId}`;
}

/** Failure type of an activity during which workers crashed; the workflow then isolates the cause. */
export const WORKER_CRASH = 'worker_crash';

/**
 * The task queue for image activities. They use CPU for seconds while the others take milliseconds, so each kind has
 * its own task queue and worker: a busy machine still records outcomes and delivers webhooks.
 */
export function imagesTaskQueueOf(taskQueue: string): string {
  return `${taskQueue}-images`;
}

/**
 * The task queue for webhooks. A receiver that never answers holds a slot for seconds; it must not delay acceptance and
 * outcomes.
 */
export function webhooksTaskQueueOf(taskQueue: string): string {
  return `${taskQueue}-webhooks`;
}

/** For the recording of large sheets, which takes minutes and memory: a worker records few at once. */
export function sheetsTaskQueueOf(taskQueue: string): string {
  return `${taskQueue}-sheets`;
}

/** Search attributes, prefixed to avoid collisions with other applications. */
export const SEARCH_ATTRIBUTES = {
  status: 'ImageRequestStatus',
  total: 'ImageRequestTotal',
  succeeded: 'ImageRequestSucceeded',
  failed: 'ImageRequestFailed',
} as const;
