import type { ChildSettings } from '../process/forkScript';
import { startLimitedChild, type LimitedChild } from '../process/limitedChild';

/** Processes of one kind. How many work at once is up to the caller. */
export interface ProcessPool {
  /** Takes a process that waits, or starts one. */
  take(): LimitedChild;
  /** Must be called once when a process does not work any more. */
  giveBack(child: LimitedChild): void;
  close(): void;
}

/** A process that waits is stopped after this time. Starting one takes about 0.3 s of CPU. */
const IDLE_MS = 60_000;

/** A process that has kept more memory than this after an image is replaced. Usual are 110 MB. */
const MAX_IDLE_BYTES = 256 * 2 ** 20;

interface Idle {
  readonly child: LimitedChild;
  readonly timer: NodeJS.Timeout;
}

export function createProcessPool(settings: ChildSettings): ProcessPool {
  const idle: Idle[] = [];
  const all = new Set<LimitedChild>();
  let isClosed = false;

  function stop(child: LimitedChild): void {
    all.delete(child);
    child.kill();
  }

  return {
    take() {
      if (isClosed) throw new Error('The image processes are stopped');
      for (let waiting; (waiting = idle.pop()) !== undefined;) {
        clearTimeout(waiting.timer);
        // It may have died while it waited.
        if (waiting.child.isAlive()) return waiting.child;
        stop(waiting.child);
      }
      const child = startLimitedChild(settings);
      all.add(child);
      return child;
    },

    giveBack(child) {
      const isTooLarge = child.hasWorkedLong() && child.usage().memoryBytes > MAX_IDLE_BYTES;
      if (!all.has(child) || !child.isAlive() || isTooLarge) {
        stop(child);
        return;
      }
      const timer = setTimeout(() => {
        idle.splice(
          idle.findIndex((one) => one.child === child),
          1,
        );
        stop(child);
      }, IDLE_MS);
      idle.push({ child, timer: timer.unref() });
    },

    close() {
      isClosed = true;
      for (const { timer } of idle.splice(0)) clearTimeout(timer);
      for (const child of all) stop(child);
    },
  };
}
