/** What the reconciler found that records and runs disagreed about, and repaired. */
export const FINDINGS = [
  'run_ended',
  'run_missing',
  'leftover_removed',
  'delivery_ended',
  'delivery_resumed',
] as const;
export type Finding = (typeof FINDINGS)[number];
