const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The schedule that Standard Webhooks suggests: about three days in total. */
const FIRST_PAUSE_MS = 5 * SECOND;
const LONGEST_PAUSE_MS = 24 * HOUR;
const PAUSES_MS = [
  0,
  FIRST_PAUSE_MS,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  LONGEST_PAUSE_MS,
];

/** Adds up to a fifth, so that deliveries that failed together are not all retried at the same time. */
const JITTER = 0.2;

/**
 * Returns the pause before an attempt at a webhook. It grows with each attempt.
 *
 * @param attempt from 1; the first has no pause, and attempts beyond the schedule have the longest one
 * @param initialMs the pause before the second attempt; all others scale with it
 * @param random returns a number from 0 to below 1
 * @returns whole milliseconds
 */
export function delayBeforeAttempt(
  attempt: number,
  initialMs: number,
  random: () => number = Math.random,
): number {
  const pause = PAUSES_MS[attempt - 1] ?? LONGEST_PAUSE_MS;
  return Math.round(pause * (initialMs / FIRST_PAUSE_MS) * (1 + JITTER * random()));
}
