import { setImmediate } from 'node:timers/promises';

/** Called between two batches of long work; throws to stop it. */
export type Pause = () => void;

/** Runs long work in batches, so that the event loop can run in between. */
export async function inBatches(
  count: number,
  size: number,
  work: (from: number, to: number) => void,
  pause?: Pause,
): Promise<void> {
  for (let from = 0; from < count; from += size) {
    work(from, Math.min(from + size, count));
    pause?.();
    await setImmediate();
  }
}
