import { setTimeout as sleep } from 'node:timers/promises';
import { createCache } from '../src/cache';
import { eventually } from './support/eventually';

describe('createCache(times)', () => {
  /** Answers 1, 2, 3 …, so that an answer tells by which load it was made. */
  function counting() {
    let loads = 0;
    return () => Promise.resolve((loads += 1));
  }

  it('shares one load among all who ask while it is pending', async () => {
    const cached = createCache<number>({ keptMs: 60_000 });
    const load = counting();
    expect(await Promise.all([cached('a', load), cached('a', load)])).toEqual([1, 1]);
  });

  it('answers from memory until the time is over, then loads again', async () => {
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

  it('counts the time from the arrival of the answer, however long the load took', async () => {
    const cached = createCache<string>({ keptMs: 60_000 });
    await cached('a', () => sleep(100, 'slow'));
    expect(await cached('a', () => Promise.resolve('new'))).toBe('slow');
  });

  it('keeps keys apart', async () => {
    const cached = createCache<number>({ keptMs: 60_000 });
    const load = counting();
    expect([await cached('a', load), await cached('b', load)]).toEqual([1, 2]);
  });

  it('passes a failure on to all who wait for it, and loads again for the next', async () => {
    const cached = createCache<string>({ keptMs: 60_000 });
    const fail = () => Promise.reject(new Error('down'));
    const waiting = await Promise.allSettled([cached('a', fail), cached('a', fail)]);
    expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cached('a', () => Promise.resolve('up'))).toBe('up');
  });

  it('keeps a failure for as long as it is told to', async () => {
    const cached = createCache<string>({ keptMs: 0, failureKeptMs: 60_000 });
    await expect(cached('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await expect(cached('a', () => Promise.resolve('up'))).rejects.toThrow('down');
  });
});
