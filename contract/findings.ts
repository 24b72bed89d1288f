/**
 * Disagreements between records and runs that the reconciler found and repaired. `removal_failed` is not repaired: the
 * next sweep tries again.
 */
export const FINDINGS = [
  'run_ended',
  'run_missing',
  'leftover_removed',
  'removal_failed',
  'delivery_ended',
  'delivery_resumed',
] as const;
export type Finding = (typeof FINDINGS)[number];
