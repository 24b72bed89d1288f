/**
 * What happens to an image, in the order in which it first happens. `waited`: for a free place among the downloads of its
 * host, and then of the worker. `retried`: an attempt failed, and another one follows.
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
/** Those of one attempt that take time. */
export type TimelineStep = Extract<
  TimelineEvent,
  'waited' | 'downloaded' | 'compressed' | 'stored'
>;
export type TimelineEvent = (typeof TIMELINE_EVENTS)[number];
