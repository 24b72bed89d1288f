/**
 * Whose work it is, from the outside in: a caller, then its request. Callers take turns, and the requests of a caller take
 * turns among them.
 */
export type FairKey = readonly string[];

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
  acquire(
    weight: number,
    signal: AbortSignal,
    key: FairKey,
    resumed?: boolean,
  ): Promise<() => void>;
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

export function createFairSemaphore(initialCapacity: number): FairSemaphore {
  const turns = createTurns();
  let capacity = initialCapacity;
  let free = capacity;

  function admitNext(): void {
    for (let waiter; (waiter = turns.first()) !== undefined;) {
      const weight = Math.min(waiter.requested, capacity);
      if (weight > free) return;
      turns.shift();
      free -= weight;
      waiter.admit(weight);
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
        turns.push(key, waiter, resumed);
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

/** The waiters of a key, or the turns of the keys below it. */
interface Turns {
  push(key: FairKey, waiter: Waiter, resumed: boolean): void;
  /** Returns the waiter whose turn it is. */
  first(): Waiter | undefined;
  /** Removes that waiter, and gives the turn to the next key. */
  shift(): void;
}

function createTurns(): Turns {
  const keys = new Map<string, Turns>();
  /** In the order in which they are served. */
  const rotation = createQueue<readonly [string, Turns]>();

  return {
    push([own = '', ...below], waiter, resumed) {
      let turns = keys.get(own);
      if (turns === undefined) {
        turns = below.length === 0 ? createLine() : createTurns();
        keys.set(own, turns);
        rotation.push([own, turns]);
      }
      turns.push(below, waiter, resumed);
    },
    first() {
      for (let next; (next = rotation.first()) !== undefined;) {
        const [key, turns] = next;
        const waiter = turns.first();
        if (waiter !== undefined) return waiter;
        rotation.shift();
        keys.delete(key);
      }
      return undefined;
    },
    shift() {
      const next = rotation.first();
      if (next === undefined) return;
      const [, turns] = next;
      turns.shift();
      rotation.shift();
      rotation.push(next);
    },
  };
}

/** The waiters of one key in order of arrival, those first that were admitted before. */
function createLine(): Turns {
  const resumed = createQueue<Waiter>();
  const others = createQueue<Waiter>();
  const queue = () => (resumed.first() === undefined ? others : resumed);

  function first(): Waiter | undefined {
    for (let waiter; (waiter = queue().first()) !== undefined;) {
      if (!waiter.isAborted) return waiter;
      queue().shift();
    }
    return undefined;
  }

  return {
    push(_, waiter, isResumed) {
      (isResumed ? resumed : others).push(waiter);
    },
    first,
    shift() {
      queue().shift();
    },
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
