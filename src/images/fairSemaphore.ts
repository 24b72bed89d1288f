/**
 * A weighted semaphore that is fair to keys. It admits waiters round-robin over the keys, and in order of arrival
 * within a key, so that a key with thousands of waiters does not block one with three.
 *
 * When the next waiter does not fit yet, all others wait with it. Smaller waiters therefore cannot starve a large
 * one, and the first waiter of a new key waits for at most one waiter of every other key.
 */
export interface FairSemaphore {
  /**
   * Waits until the weight fits into the free capacity.
   *
   * @param weight capped at the capacity; such work runs alone
   * @param key the owner of the work
   * @returns a function that releases the capacity; must be called once
   * @throws the signal's reason when aborted while waiting
   */
  acquire(weight: number, signal: AbortSignal, key: string): Promise<() => void>;
  isIdle(): boolean;
}

interface Waiter {
  readonly weight: number;
  readonly admit: () => void;
  /** An aborted waiter stays in its queue until its turn, since searching the queue would be slow. */
  isAborted: boolean;
}

interface KeyQueue {
  readonly key: string;
  readonly waiters: Queue<Waiter>;
}

export function createFairSemaphore(capacity: number): FairSemaphore {
  const queues = new Map<string, KeyQueue>();
  /** The queues in the order in which they are served. */
  const rotation = createQueue<KeyQueue>();
  let free = capacity;

  function queueOf(key: string): KeyQueue {
    const known = queues.get(key);
    if (known !== undefined) return known;
    const queue = { key, waiters: createQueue<Waiter>() };
    queues.set(key, queue);
    rotation.push(queue);
    return queue;
  }

  function admitNext(): void {
    for (let queue; (queue = rotation.first()) !== undefined;) {
      const waiter = queue.waiters.first();
      if (waiter === undefined) {
        rotation.shift();
        queues.delete(queue.key);
      } else if (waiter.isAborted) {
        queue.waiters.shift();
      } else if (waiter.weight > free) {
        return;
      } else {
        queue.waiters.shift();
        rotation.shift();
        rotation.push(queue);
        free -= waiter.weight;
        waiter.admit();
      }
    }
  }

  return {
    acquire(requested, signal, key) {
      const weight = Math.min(requested, capacity);
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
    // Nothing waits while all capacity is free, since any weight fits.
    isIdle: () => free === capacity,
  };
}

/** A FIFO queue as a linked list: every operation takes constant time, while `Array.shift` moves all elements. */
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
