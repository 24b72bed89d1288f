import { sleep } from '@temporalio/workflow';
import * as released from '../../workflows';
import type { ImageRequestInput } from '../../workflows/imageRequest';

/** The workflows after an incompatible change: a new step without `patched`. */
export async function imageRequest(input: ImageRequestInput) {
  await sleep('1 second');
  return released.imageRequest(input);
}

export const { bulkOperation, bulkRetry, reconciler, retention, reconcileRequests, removeExpired } =
  released;
