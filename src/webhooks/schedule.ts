const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Of the schedule that Standard Webhooks suggests: about three days in all. */
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

/** Up to a fifth longer, so that deliveries that failed together do not come back together. */
const JITTER = 0.2;

/**
 * The pause before an attempt at a webhook, growing from attempt to attempt.
 *
 * @param attempt 1 for the first, which does not wait; those beyond the schedule wait the longest pause
 * @param initialMs the pause before the second attempt; scales all others with it
 * @param random from 0 to below 1
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
