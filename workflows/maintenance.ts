import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { OperatorActivities } from '../activities/types';

const operators = proxyActivities<OperatorActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Replaced by `reconciler`. Kept for runs that a schedule of 0.1.0 started. */
export async function reconcileRequests(): Promise<void> {
  const findings = await operators.reconcile();
  const found = Object.entries(findings).filter(([, count]) => count > 0);
  setCurrentDetails(
    found.length === 0
      ? 'Nothing to repair'
      : found.map(([finding, count]) => `${finding}: ${count}`).join(', '),
  );
}

/** Replaced by `retention`. Kept for runs that a schedule of 0.1.0 started. */
export async function removeExpired(): Promise<void> {
  let removed = 0;
  for (let more = true; more;) {
    const batch = await operators.removeExpired();
    removed += batch.removed;
    ({ more } = batch);
    setCurrentDetails(`${removed} requests removed`);
  }
}
