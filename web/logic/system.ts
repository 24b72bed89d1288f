import type { Finding } from '../../contract/findings';
import type { SystemPart } from '../../contract/system';

/** How the parts of the service are written for people. */
export const PART_LABELS: Readonly<Record<SystemPart, string>> = {
  api: 'API',
  workers: 'Workers',
  temporal: 'Temporal',
  mongodb: 'MongoDB',
  storage: 'Storage',
};

/** What the reconciler found and repaired. */
export const FINDING_LABELS: Readonly<Record<Finding, string>> = {
  run_ended: 'Its workflow was ended from outside; it got an outcome',
  run_missing: 'A retry had not started; it was started',
  leftover_removed: 'Data that a broken-off upload or deletion left was removed',
  removal_failed: 'Its data could not be removed; this is tried again',
  delivery_ended: 'The delivery of its webhook was ended from outside',
  delivery_resumed: 'The delivery of its webhook had stopped; it was resumed',
};

interface Part {
  readonly name: SystemPart;
  readonly is_up: boolean;
}

/** Says in a sentence whether the service works. */
export function summaryOf(parts: readonly Part[]): string {
  const down = parts.filter(({ is_up }) => !is_up).map(({ name }) => PART_LABELS[name]);
  if (down.length === 0) return 'Everything is up.';
  return `Down: ${new Intl.ListFormat('en').format(down)}.`;
}
