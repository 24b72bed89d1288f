import { clearUp, type RemoveDeps } from './remove';
import type { Records } from '../records/open';

export interface RetentionDeps extends RemoveDeps {
  readonly records: Pick<Records, 'requests' | 'listing' | 'deliveries'>;
}

/** Few enough to be done well within the time an activity has. */
const BATCH = 20;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Deletes a batch of the requests that finished before the days of retention.
 *
 * @param onRemoved called after each, to show life
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
    // Its run goes on until the webhook is taken or given up.
    if (deliveries.get(_id)?.state === 'pending') continue;
    // Retried meanwhile: it is not to go.
    if (!(await deps.records.requests.retire(_id, before))) continue;
    await clearUp(deps, _id);
    removed += 1;
    onRemoved();
  }
  return { removed, more: removed > 0 && expired.length === BATCH };
}
