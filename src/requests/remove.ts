import { messageOf } from '../errors';
import type { Records } from '../records/open';
import type { FileStore } from '../storage/fileStore';
import type { Logger } from '../telemetry/logger';
import { findVisible } from './find';
import { stillRunning } from './retry';

export interface RemoveDeps {
  readonly records: Pick<Records, 'requests'>;
  readonly files: Pick<FileStore, 'removeRequest'>;
}

/**
 * Deletes a finished request with its rows, images, files and deliveries. It disappears for all callers at once;
 * if its data cannot be removed now, or that is interrupted, the reconciler completes it.
 *
 * @throws Refusal `not_found`, `conflict` (still running)
 */
export async function removeRequest(
  deps: RemoveDeps & { readonly logger: Pick<Logger, 'warn'> },
  requestId: string,
): Promise<void> {
  await findVisible(deps.records, requestId);
  if (!(await deps.records.requests.retire(requestId))) {
    // It is running, or another caller deleted it first.
    await findVisible(deps.records, requestId);
    throw stillRunning();
  }
  await removeData(deps, requestId).catch((error: unknown) => {
    deps.logger.warn(
      { request_id: requestId, reason: messageOf(error) },
      'The data of a deleted request could not be removed; the reconciler tries again',
    );
  });
}

/**
 * Removes the files and records of a withdrawn request. Its own record stays, so that the reconciler removes files that a
 * paused worker writes afterwards: see `removeWholly`.
 */
export async function removeData({ records, files }: RemoveDeps, requestId: string): Promise<void> {
  await files.removeRequest(requestId);
  await records.requests.clear(requestId);
}

/**
 * Removes all files and records of a withdrawn request, when nothing writes for it any more: for an upload of this process
 * that was not accepted, or long after `removeData`.
 *
 * @returns how many files there were
 */
export async function removeWholly(
  { records, files }: RemoveDeps,
  requestId: string,
): Promise<number> {
  const removed = await files.removeRequest(requestId);
  await records.requests.remove(requestId);
  return removed;
}
