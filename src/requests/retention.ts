import { removeData, type RemoveDeps } from './remove';
import type { Records } from '../records/open';

export interface RetentionDeps extends RemoveDeps {
  readonly records: Pick<Records, 'requests' | 'listing' | 'deliveries'>;
}

/** Small enough to finish well within the activity's timeout. */
const BATCH = 20;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Deletes a batch of requests whose retention is over.
 *
 * @param onRemoved called after each request, to show progress
 * @returns how many, and whether there may be more to remove
 */
export async function removeExpired(
  deps: RetentionDeps,
  retentionDays: number,
  now: Date,
  onRemoved: () => void = () => undefined,
): Promise<{ removed: number; more: boolean }> {
  const before = new Date(now.getTime() - retentionDays * DAY_MS);
  const expired = await deps.records.listing.quietFinished(before, BATCH);
  const deliveries = await deps.records.deliveries.findMany(expired);
  let removed = 0;
  for (const { _id } of expired) {
    // Its run is still delivering the webhook.
    if (deliveries.get(_id)?.state === 'pending') continue;
    // Not deleted when it was retried meanwhile.
    if (!(await deps.records.requests.retire(_id, before))) continue;
    await removeData(deps, _id);
    removed += 1;
    onRemoved();
  }
  return { removed, more: removed > 0 && expired.length === BATCH };
}
