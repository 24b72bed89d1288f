/** The names by which workflows, clients and people in the Web UI find each other. */

export const IMAGE_REQUEST_WORKFLOW = 'imageRequest';
export const STATUS_QUERY = 'status';

export function workflowIdOf(requestId: string): string {
  return `image-request/${requestId}`;
}

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
