/** Disagreements between records and runs that the reconciler found and repaired. */
export const FINDINGS = [
  'run_ended',
  'run_missing',
  'leftover_removed',
  'delivery_ended',
  'delivery_resumed',
] as const;
export type Finding = (typeof FINDINGS)[number];
