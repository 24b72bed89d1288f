import { setTimeout as sleep } from 'node:timers/promises';
import { createCache } from '../src/cache';
import { eventually } from './support/eventually';

describe('createCache(times)', () => {
  /** Returns a load with the results 1, 2, 3, …, so that a value shows which call produced it. */
  function counting() {
    let loads = 0;
    return () => Promise.resolve((loads += 1));
  }

  it('shares a pending load among concurrent calls', async () => {
    const cached = createCache<number>({ keptMs: 60_000 });
    const load = counting();
    expect(await Promise.all([cached('a', load), cached('a', load)])).toEqual([1, 1]);
  });

  it('returns the cached value until it expires, then loads again', async () => {
    const cached = createCache<number>({ keptMs: 50 });
    const load = counting();
    expect(await cached('a', load)).toBe(1);
    expect(await cached('a', load)).toBe(1);
    expect(
      await eventually(
        () => cached('a', load),
        (answer) => answer > 1,
      ),
    ).toBe(2);
  });

  it('measures the lifetime of a value from the end of its load', async () => {
    const cached = createCache<string>({ keptMs: 60_000 });
    await cached('a', () => sleep(100, 'slow'));
    expect(await cached('a', () => Promise.resolve('new'))).toBe('slow');
  });

  it('caches every key separately', async () => {
    const cached = createCache<number>({ keptMs: 60_000 });
    const load = counting();
    expect([await cached('a', load), await cached('b', load)]).toEqual([1, 2]);
  });

  it('rejects all waiting calls when the load fails, and loads again for the next call', async () => {
    const cached = createCache<string>({ keptMs: 60_000 });
    const fail = () => Promise.reject(new Error('down'));
    const waiting = await Promise.allSettled([cached('a', fail), cached('a', fail)]);
    expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cached('a', () => Promise.resolve('up'))).toBe('up');
  });

  it('caches a failure for failureKeptMs', async () => {
    const cached = createCache<string>({ keptMs: 0, failureKeptMs: 60_000 });
    await expect(cached('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await expect(cached('a', () => Promise.resolve('up'))).rejects.toThrow('down');
  });
});
