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
   * @param resumed work that gave its capacity back and continues: it goes before other work of its key
   * @returns a function that releases the capacity; must be called once
   * @throws the signal's reason when aborted while waiting
   */
  acquire(weight: number, signal: AbortSignal, key: string, resumed?: boolean): Promise<() => void>;
  /** Changes the capacity. Work that was admitted goes on, also when it exceeds the new capacity. */
  resize(capacity: number): void;
  isIdle(): boolean;
}

interface Waiter {
  readonly requested: number;
  readonly admit: (weight: number) => void;
  /** An aborted waiter stays in its queue until its turn, since searching the queue would be slow. */
  isAborted: boolean;
}

interface KeyQueue {
  readonly key: string;
  readonly resumed: Queue<Waiter>;
  readonly others: Queue<Waiter>;
}

export function createFairSemaphore(initialCapacity: number): FairSemaphore {
  const queues = new Map<string, KeyQueue>();
  /** The queues in the order in which they are served. */
  const rotation = createQueue<KeyQueue>();
  let capacity = initialCapacity;
  let free = capacity;

  function queueOf(key: string): KeyQueue {
    const known = queues.get(key);
    if (known !== undefined) return known;
    const queue = { key, resumed: createQueue<Waiter>(), others: createQueue<Waiter>() };
    queues.set(key, queue);
    rotation.push(queue);
    return queue;
  }

  function admitNext(): void {
    for (let queue; (queue = rotation.first()) !== undefined;) {
      const waiters = queue.resumed.first() === undefined ? queue.others : queue.resumed;
      const waiter = waiters.first();
      const weight = Math.min(waiter?.requested ?? 0, capacity);
      if (waiter === undefined) {
        rotation.shift();
        queues.delete(queue.key);
      } else if (waiter.isAborted) {
        waiters.shift();
      } else if (weight > free) {
        return;
      } else {
        waiters.shift();
        rotation.shift();
        rotation.push(queue);
        free -= weight;
        waiter.admit(weight);
      }
    }
  }

  return {
    acquire(requested, signal, key, resumed = false) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = () => {
          waiter.isAborted = true;
          reject(signal.reason as Error);
          admitNext();
        };
        const waiter: Waiter = {
          requested,
          isAborted: false,
          admit(weight) {
            signal.removeEventListener('abort', abort);
            resolve(() => {
              free += weight;
              admitNext();
            });
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        const queue = queueOf(key);
        (resumed ? queue.resumed : queue.others).push(waiter);
        admitNext();
      });
    },
    resize(next) {
      free += next - capacity;
      capacity = next;
      admitNext();
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
