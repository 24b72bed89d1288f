import type { FileStore } from '../storage/fileStore';
import type { Records } from '../records/open';
import { findVisible } from './find';
import { stillRunning } from './retry';

export interface RemoveDeps {
  readonly records: Pick<Records, 'requests'>;
  readonly files: Pick<FileStore, 'removeRequest'>;
}

/**
 * Deletes a finished request with its rows, images, files and deliveries. Gone for clients at once;
 * should the clearing up be cut off, the reconciler goes on with it.
 *
 * @throws Refusal `not_found`, `conflict` (still running)
 */
export async function removeRequest(deps: RemoveDeps, requestId: string): Promise<void> {
  await findVisible(deps.records, requestId);
  if (!(await deps.records.requests.retire(requestId))) {
    // It runs, or another was quicker to delete it.
    await findVisible(deps.records, requestId);
    throw stillRunning();
  }
  await clearUp(deps, requestId);
}

/** Removes what is left of a request that is withdrawn. */
export async function clearUp({ records, files }: RemoveDeps, requestId: string): Promise<void> {
  await files.removeRequest(requestId);
  await records.requests.remove(requestId);
}
