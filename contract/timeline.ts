/**
 * What happens to an image, in the order in which it first happens. `waited`: for a free place among the downloads of its
 * host. `retried`: an attempt failed, and another one follows.
 */
export const TIMELINE_EVENTS = [
  'queued',
  'retried',
  'waited',
  'downloaded',
  'compressed',
  'stored',
  'failed',
] as const;
export type TimelineEvent = (typeof TIMELINE_EVENTS)[number];
