import type { ImageStatus, RequestStatus } from '../../contract/statuses';

/** How statuses are written for people. */
export const REQUEST_LABELS: Readonly<Record<RequestStatus, string>> = {
  pending: 'Waiting',
  processing: 'Running',
  completed: 'Completed',
  completed_with_errors: 'Completed with errors',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const IMAGE_LABELS: Readonly<Record<ImageStatus, string>> = {
  pending: 'Waiting',
  succeeded: 'Compressed',
  failed: 'Failed',
};
