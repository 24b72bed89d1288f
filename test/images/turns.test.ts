import fc from 'fast-check';
import { createTurns } from '../../src/images/turns';

const never = new AbortController().signal;

/** Whether the promise is settled once everything that is due has run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const settled = promise.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([settled, Promise.resolve(pending)])) === pending;
}

describe('createTurns(capacity)', () => {
  it('admits at once what fits', async () => {
    const turns = createTurns(3);
    await turns.acquire(1, never);
    await turns.acquire(2, never);
    expect(turns.isIdle()).toBe(false);
  });

  it('lets what does not fit wait until room is given back', async () => {
    const turns = createTurns(2);
    const release = await turns.acquire(1, never);
    const waiting = turns.acquire(2, never);
    expect(await isPending(waiting)).toBe(true);
    release();
    await expect(waiting).resolves.toBeInstanceOf(Function);
  });

  it('lets nothing overtake a large piece that waits', async () => {
    const turns = createTurns(3);
    const release = await turns.acquire(2, never);
    const large = turns.acquire(3, never);
    const small = turns.acquire(1, never);
    expect(await isPending(small)).toBe(true);
    release();
    (await large)();
    await expect(small).resolves.toBeInstanceOf(Function);
  });

  it('gives a piece that is larger than the capacity all of it', async () => {
    const turns = createTurns(2);
    const release = await turns.acquire(100, never);
    const next = turns.acquire(1, never);
    expect(await isPending(next)).toBe(true);
    release();
    (await next)();
    expect(turns.isIdle()).toBe(true);
  });

  it('refuses a piece that was aborted before it came, with the reason', async () => {
    const turns = createTurns(1);
    const reason = new Error('cancelled');
    await expect(turns.acquire(1, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(turns.isIdle()).toBe(true);
  });

  it('takes a piece that is aborted while it waits out of the queue, with the reason', async () => {
    const turns = createTurns(2);
    const release = await turns.acquire(1, never);
    const controller = new AbortController();
    const large = turns.acquire(2, controller.signal);
    const behind = turns.acquire(1, never);
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(large).rejects.toBe(reason);
    (await behind)();
    release();
    expect(turns.isIdle()).toBe(true);
  });

  it('does not take room away again from a piece that is aborted at work', async () => {
    const turns = createTurns(1);
    const controller = new AbortController();
    const release = await turns.acquire(1, controller.signal);
    controller.abort();
    expect(turns.isIdle()).toBe(false);
    release();
    expect(turns.isIdle()).toBe(true);
  });

  it('admits no more than fits and gets all room back, however work ends', async () => {
    const piece = fc.record({
      weight: fc.integer({ min: 1, max: 8 }),
      end: fc.constantFrom('finishes', 'throws', 'is aborted'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 6 }),
        fc.array(piece, { maxLength: 15 }),
        async (scheduler, capacity, pieces) => {
          const turns = createTurns(capacity);
          let taken = 0;
          let most = 0;
          const work = pieces.map(async ({ weight, end }) => {
            const controller = new AbortController();
            if (end === 'is aborted') {
              void scheduler.schedule(Promise.resolve(), 'abort').then(() => {
                controller.abort();
              });
            }
            const release = await turns.acquire(weight, controller.signal);
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
          expect(turns.isIdle()).toBe(true);
        },
      ),
    );
  });
});
