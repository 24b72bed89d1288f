/**
 * Admits work by weight, in the order of arrival: what does not fit waits, and so does all behind it, so
 * that a large piece is not overtaken for ever.
 */
export interface Turns {
  /**
   * Waits for room.
   *
   * @param weight more than the capacity counts as all of it: the piece then has it alone
   * @returns gives the room back; to be called once
   * @throws the signal's reason, when aborted while waiting
   */
  acquire(weight: number, signal: AbortSignal): Promise<() => void>;
  isIdle(): boolean;
}

interface Waiting {
  readonly weight: number;
  readonly admit: () => void;
}

export function createTurns(capacity: number): Turns {
  const queue: Waiting[] = [];
  let free = capacity;

  function admitNext(): void {
    for (let next; (next = queue[0]) !== undefined && next.weight <= free;) {
      queue.shift();
      free -= next.weight;
      next.admit();
    }
  }

  return {
    acquire(asked, signal) {
      const weight = Math.min(asked, capacity);
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = () => {
          queue.splice(queue.indexOf(waiting), 1);
          reject(signal.reason as Error);
          admitNext();
        };
        const waiting: Waiting = {
          weight,
          admit() {
            signal.removeEventListener('abort', abort);
            resolve(() => {
              free += weight;
              admitNext();
            });
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        queue.push(waiting);
        admitNext();
      });
    },
    isIdle: () => free === capacity && queue.length === 0,
  };
}
