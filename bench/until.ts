import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than the largest request takes on a machine that is half as fast. */
const LONGEST_MS = 20 * 60_000;

/**
 * Asks again and again until the answer is yes.
 *
 * @param what it waits for, as the end of "Expected …"
 */
export async function until(
  what: string,
  pollMs: number,
  isDone: () => Promise<boolean>,
  longestMs = LONGEST_MS,
): Promise<void> {
  const deadline = performance.now() + longestMs;
  while (!(await isDone())) {
    if (performance.now() > deadline) {
      throw new Error(`Expected ${what} within ${longestMs / 60_000} minutes`);
    }
    await sleep(pollMs);
  }
}
