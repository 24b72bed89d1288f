import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { createFairSemaphore } from '../../src/images/fairSemaphore';
import { eventually } from '../support/eventually';

const never = new AbortController().signal;
// Many waiters listen to one signal.
setMaxListeners(0, never);

/** Whether the promise is still pending after all due callbacks have run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const settled = promise.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([settled, Promise.resolve(pending)])) === pending;
}

describe('createFairSemaphore(capacity)', () => {
  it('admits work that fits at once', async () => {
    const semaphore = createFairSemaphore(3);
    await semaphore.acquire(1, never, ['a']);
    await semaphore.acquire(2, never, ['a']);
    expect(semaphore.isIdle()).toBe(false);
  });

  it('keeps work that does not fit waiting until capacity is released', async () => {
    const semaphore = createFairSemaphore(2);
    const release = await semaphore.acquire(1, never, ['a']);
    const waiting = semaphore.acquire(2, never, ['a']);
    expect(await isPending(waiting)).toBe(true);
    release();
    await expect(waiting).resolves.toBeInstanceOf(Function);
  });

  it('lets callers take turns, and then the requests of each', async () => {
    const semaphore = createFairSemaphore(1);
    let release = await semaphore.acquire(1, never, ['first', '0']);
    const order: string[] = [];
    const waiting = [
      ['many', '1'],
      ['many', '1'],
      ['many', '2'],
      ['many', '3'],
      ['few', '4'],
      ['few', '4'],
    ].map(async (key) => {
      release = await semaphore.acquire(1, never, key);
      order.push(key.join(' '));
    });
    for (let admitted = 0; admitted < waiting.length; admitted += 1) {
      release();
      await eventually(
        () => order.length,
        (length) => length === admitted + 1,
      );
    }
    expect(order).toEqual(['many 1', 'few 4', 'many 2', 'few 4', 'many 3', 'many 1']);
  });

  it('lets nothing overtake a large waiter', async () => {
    const semaphore = createFairSemaphore(3);
    const release = await semaphore.acquire(2, never, ['a']);
    const large = semaphore.acquire(3, never, ['a']);
    const small = semaphore.acquire(1, never, ['a']);
    expect(await isPending(small)).toBe(true);
    release();
    (await large)();
    await expect(small).resolves.toBeInstanceOf(Function);
  });

  it('admits resumed work before other work of its key, in order of arrival', async () => {
    const semaphore = createFairSemaphore(1);
    let release = await semaphore.acquire(1, never, ['a']);
    const order: string[] = [];
    const acquire = async (name: string, key: string, resumed: boolean) => {
      const done = await semaphore.acquire(1, never, [key], resumed);
      order.push(name);
      release = done;
    };
    const all = [
      acquire('other', 'a', false),
      acquire('of another key', 'b', false),
      acquire('resumed', 'a', true),
      acquire('resumed later', 'a', true),
    ];
    while (order.length < all.length) {
      const before = order.length;
      release();
      await eventually(
        () => order.length,
        (length) => length > before,
      );
    }
    expect(order).toEqual(['resumed', 'of another key', 'resumed later', 'other']);
  });

  it('admits less after it has become smaller, and more after it has become larger', async () => {
    const semaphore = createFairSemaphore(2);
    const releases = [
      await semaphore.acquire(1, never, ['a']),
      await semaphore.acquire(1, never, ['a']),
    ];
    semaphore.resize(1);
    const second = semaphore.acquire(1, never, ['a']);
    const larger = semaphore.acquire(2, never, ['a']);
    releases.pop()?.();
    expect(await isPending(second)).toBe(true);
    releases.pop()?.();
    (await second)();
    (await larger)();
    expect(semaphore.isIdle()).toBe(true);
    await semaphore.acquire(1, never, ['a']);
    const more = semaphore.acquire(1, never, ['a']);
    expect(await isPending(more)).toBe(true);
    semaphore.resize(2);
    await expect(more).resolves.toBeInstanceOf(Function);
  });

  it('gives the entire capacity to work that is larger', async () => {
    const semaphore = createFairSemaphore(2);
    const release = await semaphore.acquire(100, never, ['a']);
    const next = semaphore.acquire(1, never, ['a']);
    expect(await isPending(next)).toBe(true);
    release();
    (await next)();
    expect(semaphore.isIdle()).toBe(true);
  });

  it('rejects work that was aborted before, with the reason', async () => {
    const semaphore = createFairSemaphore(1);
    const reason = new Error('cancelled');
    await expect(semaphore.acquire(1, AbortSignal.abort(reason), ['a'])).rejects.toBe(reason);
    expect(semaphore.isIdle()).toBe(true);
  });

  it('removes a waiter that is aborted, with the reason', async () => {
    const semaphore = createFairSemaphore(2);
    const release = await semaphore.acquire(1, never, ['a']);
    const controller = new AbortController();
    const large = semaphore.acquire(2, controller.signal, ['a']);
    const behind = semaphore.acquire(1, never, ['a']);
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(large).rejects.toBe(reason);
    (await behind)();
    release();
    expect(semaphore.isIdle()).toBe(true);
  });

  it('does not release the capacity of running work that is aborted', async () => {
    const semaphore = createFairSemaphore(1);
    const controller = new AbortController();
    const release = await semaphore.acquire(1, controller.signal, ['a']);
    controller.abort();
    expect(semaphore.isIdle()).toBe(false);
    release();
    expect(semaphore.isIdle()).toBe(true);
  });

  it('admits one waiter of each key in turn, and those of one key in order of arrival', async () => {
    const semaphore = createFairSemaphore(1);
    const release = await semaphore.acquire(1, never, ['first']);
    const admitted: string[] = [];
    const work = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map(async (piece) => {
      const leave = await semaphore.acquire(1, never, [piece.charAt(0)]);
      admitted.push(piece);
      leave();
    });
    release();
    await Promise.all(work);
    expect(admitted).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('lets no other key overtake the next waiter', async () => {
    const semaphore = createFairSemaphore(3);
    const release = await semaphore.acquire(2, never, ['a']);
    const large = semaphore.acquire(3, never, ['b']);
    const small = semaphore.acquire(1, never, ['c']);
    expect(await isPending(small)).toBe(true);
    release();
    (await large)();
    await expect(small).resolves.toBeInstanceOf(Function);
  });

  it('gives the turn of an aborted waiter to the next one of its key', async () => {
    const semaphore = createFairSemaphore(1);
    const release = await semaphore.acquire(1, never, ['first']);
    const controller = new AbortController();
    const aborted = semaphore.acquire(1, controller.signal, ['a']);
    const next = semaphore.acquire(1, never, ['a']);
    const other = semaphore.acquire(1, never, ['b']);
    controller.abort();
    release();
    (await next)();
    (await other)();
    await expect(aborted).rejects.toBeDefined();
    expect(semaphore.isIdle()).toBe(true);
  });

  it('admits a new key after at most one waiter of every other key', async () => {
    const keys = ['a', 'b', 'c', 'd'];
    const piece = fc.record({
      key: fc.constantFrom(...keys),
      weight: fc.integer({ min: 1, max: 8 }),
      isAborted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(piece, { minLength: 1, maxLength: 60 }),
        fc.nat(60),
        async (capacity, pieces, before) => {
          const semaphore = createFairSemaphore(capacity);
          const admitted: string[] = [];
          const leaves: (() => void)[] = [];
          const settled: Promise<unknown>[] = [];
          const enter = (key: string, weight: number, signal: AbortSignal) => {
            const work = semaphore.acquire(weight, signal, [key]).then((leave) => {
              admitted.push(key);
              leaves.push(leave);
            });
            settled.push(work.catch(() => undefined));
          };
          const nextTick = () => new Promise((resolve) => setImmediate(resolve));
          const finishOne = async () => {
            leaves.shift()?.();
            await nextTick();
          };

          enter('first', capacity, never);
          const controller = new AbortController();
          setMaxListeners(0, controller.signal);
          for (const { key, weight, isAborted } of pieces) {
            enter(key, weight, isAborted ? controller.signal : never);
          }
          await nextTick();
          for (let step = 0; step < before; step += 1) await finishOne();
          const arrival = admitted.length;
          enter('newcomer', capacity, never);
          controller.abort();
          await nextTick();
          while (leaves.length > 0) await finishOne();
          await Promise.all(settled);

          const ahead = admitted.slice(arrival, admitted.indexOf('newcomer'));
          expect(ahead).toEqual([...new Set(ahead)]);
          expect(semaphore.isIdle()).toBe(true);
        },
      ),
    );
  });

  it('admits no more than fits and gets the entire capacity back, however work ends', async () => {
    const piece = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      weight: fc.integer({ min: 1, max: 8 }),
      end: fc.constantFrom('finishes', 'throws', 'is aborted'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 6 }),
        fc.array(piece, { maxLength: 15 }),
        async (scheduler, capacity, pieces) => {
          const semaphore = createFairSemaphore(capacity);
          let taken = 0;
          let most = 0;
          let admitted = 0;
          const work = pieces.map(async ({ key, weight, end }) => {
            const controller = new AbortController();
            if (end === 'is aborted') {
              void scheduler.schedule(Promise.resolve(), 'abort').then(() => {
                controller.abort();
              });
            }
            const release = await semaphore.acquire(weight, controller.signal, [key]);
            admitted += 1;
            taken += Math.min(weight, capacity);
            most = Math.max(most, taken);
            try {
              await scheduler.schedule(Promise.resolve(), 'work');
              if (end === 'throws') throw new Error('failed at work');
            } finally {
              taken -= Math.min(weight, capacity);
              release();
            }
          });
          const settled = Promise.allSettled(work);
          await scheduler.waitFor(settled);
          expect(most).toBeLessThanOrEqual(capacity);
          const mayEnd = pieces.filter(({ end }) => end === 'is aborted').length;
          expect(admitted).toBeGreaterThanOrEqual(pieces.length - mayEnd);
          expect(semaphore.isIdle()).toBe(true);
        },
      ),
    );
  });
});
