import { setImmediate } from 'node:timers/promises';

/** Runs long work in batches, so that the process notices in between when its worker has ended. */
export async function inBatches(
  count: number,
  size: number,
  work: (from: number, to: number) => void,
): Promise<void> {
  for (let from = 0; from < count; from += size) {
    work(from, Math.min(from + size, count));
    await setImmediate();
  }
}
