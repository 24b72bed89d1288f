import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 100;
/** A call without an answer counts as one of this length. */
const PATIENCE_MS = 30_000;

/**
 * Calls `/health/live` ten times a second, whether or not the calls before were answered.
 *
 * @returns the milliseconds of each call
 */
export async function watchHealth(url: string, until: Promise<unknown>): Promise<number[]> {
  const calls: Promise<number>[] = [];
  const state = { isOver: false };
  const over = until.then(
    () => (state.isOver = true),
    () => (state.isOver = true),
  );
  while (!state.isOver) {
    calls.push(callOnce(url));
    await Promise.race([over, sleep(EVERY_MS)]);
  }
  return Promise.all(calls);
}

async function callOnce(url: string): Promise<number> {
  const started = performance.now();
  try {
    const response = await fetch(`${url}/health/live`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.arrayBuffer();
    return response.ok ? performance.now() - started : PATIENCE_MS;
  } catch {
    return PATIENCE_MS;
  }
}
