/**
 * A weighted semaphore that is fair to keys: it admits one waiter of each key after the other, and within a key in the
 * order of arrival. So a key with thousands of waiters does not keep out one with three.
 *
 * The waiter whose turn it is waits until it fits, and all others with it: a large one is not overtaken without end,
 * and a newcomer waits for one waiter of every other key at most.
 */
export interface FairSemaphore {
  /**
   * Waits for room.
   *
   * @param weight more than the capacity counts as all of it: the work then has it alone
   * @param key whose work it is
   * @returns gives the room back; to be called once
   * @throws the signal's reason, when aborted while waiting
   */
  acquire(weight: number, signal: AbortSignal, key: string): Promise<() => void>;
  isIdle(): boolean;
}

interface Waiter {
  readonly weight: number;
  readonly admit: () => void;
  /** Taken out of its queue only when its turn comes, since to find it there takes long. */
  isAborted: boolean;
}

interface KeyQueue {
  readonly key: string;
  readonly waiters: Queue<Waiter>;
}

export function createFairSemaphore(capacity: number): FairSemaphore {
  const queues = new Map<string, KeyQueue>();
  /** The queues in the order of their turns. */
  const round = createQueue<KeyQueue>();
  let free = capacity;

  function queueOf(key: string): KeyQueue {
    const known = queues.get(key);
    if (known !== undefined) return known;
    const queue = { key, waiters: createQueue<Waiter>() };
    queues.set(key, queue);
    round.push(queue);
    return queue;
  }

  function admitNext(): void {
    for (let queue; (queue = round.first()) !== undefined;) {
      const waiter = queue.waiters.first();
      if (waiter === undefined) {
        round.shift();
        queues.delete(queue.key);
      } else if (waiter.isAborted) {
        queue.waiters.shift();
      } else if (waiter.weight > free) {
        return;
      } else {
        queue.waiters.shift();
        round.shift();
        round.push(queue);
        free -= waiter.weight;
        waiter.admit();
      }
    }
  }

  return {
    acquire(asked, signal, key) {
      const weight = Math.min(asked, capacity);
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = () => {
          waiter.isAborted = true;
          reject(signal.reason as Error);
          admitNext();
        };
        const waiter: Waiter = {
          weight,
          isAborted: false,
          admit() {
            signal.removeEventListener('abort', abort);
            resolve(() => {
              free += weight;
              admitNext();
            });
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        queueOf(key).waiters.push(waiter);
        admitNext();
      });
    },
    // With all room free nothing waits: whatever comes fits.
    isIdle: () => free === capacity,
  };
}

/** First in, first out, each step as quick as the last: an array would move all it holds at every shift. */
interface Queue<T> {
  push(item: T): void;
  first(): T | undefined;
  shift(): void;
}

interface Link<T> {
  readonly item: T;
  next: Link<T> | undefined;
}

function createQueue<T>(): Queue<T> {
  let head: Link<T> | undefined;
  let tail: Link<T> | undefined;
  return {
    push(item) {
      const link: Link<T> = { item, next: undefined };
      if (tail === undefined) head = link;
      else tail.next = link;
      tail = link;
    },
    first: () => head?.item,
    shift() {
      head = head?.next;
      if (head === undefined) tail = undefined;
    },
  };
}
