import { setImmediate } from 'node:timers/promises';

/** Called between two slices of long work; throws to end it. */
export type Pause = () => void;

/** Does work in JavaScript a slice at a time, so that the event loop runs in between. */
export async function inSlices(
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
