import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { createCache, createSharedReads } from '../src/cache';
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

  it('gives the old value to further callers while the next load is pending', async () => {
    const cached = createCache<string>({ keptMs: 1, staleMs: 60_000 });
    await cached('a', () => Promise.resolve('old'));
    let end: (value: string) => void = () => undefined;
    let loads = 0;
    const load = () => {
      loads += 1;
      return new Promise<string>((resolve) => (end = resolve));
    };
    const first = await eventually(
      () => {
        const call = cached('a', load);
        return Promise.resolve({ call });
      },
      () => loads === 1,
    );
    expect(await cached('a', load)).toBe('old');
    end('new');
    expect(await first.call).toBe('new');
    expect(loads).toBe(1);
  });

  it('drops an old value when its time is over, although the next load is pending', async () => {
    const cached = createCache<string>({ keptMs: 1, staleMs: 1 });
    await cached('a', () => Promise.resolve('old'));
    let end: (value: string) => void = () => undefined;
    const load = () => new Promise<string>((resolve) => (end = resolve));
    let last: Promise<string> = Promise.resolve('');
    await eventually(
      () => {
        last = cached('a', load);
        return Promise.race([last, sleep(1, 'waits')]);
      },
      (answer) => answer === 'waits',
    );
    end('new');
    expect(await last).toBe('new');
  });

  it('loads again after it was told to forget, even what is pending', async () => {
    const cached = createCache<number>({ keptMs: 60_000, staleMs: 60_000 });
    const load = counting();
    let end: (value: number) => void = () => undefined;
    const pending = cached('a', () => new Promise<number>((resolve) => (end = resolve)));
    cached.forget('a');
    expect(await cached('a', load)).toBe(1);
    end(0);
    expect(await pending).toBe(0);
    expect(await cached('a', load)).toBe(1);
    await cached('b', load);
    cached.forget();
    expect([await cached('a', load), await cached('b', load)]).toEqual([3, 4]);
  });
});

/** Reads a value that changes, and ends a read only when told to. */
function slowSource() {
  const open: { key: string; end: (failure?: Error) => void }[] = [];
  const source = { value: 0, open, reads: 0 };
  const read = (key: string) => {
    source.reads += 1;
    const { value } = source;
    return new Promise<string>((resolve, reject) => {
      open.push({
        key,
        end: (failure) => {
          if (failure === undefined) resolve(`${key} ${value}`);
          else reject(failure);
        },
      });
    });
  };
  return { source, read: createSharedReads(read) };
}

describe('createSharedReads(read)', () => {
  it('reads once for all calls that arrive during a read, after that read', async () => {
    const { source, read } = slowSource();
    const first = read('a');
    source.value = 1;
    const others = [read('a'), read('a'), read('a')];
    expect(source.reads).toBe(1);
    source.open.shift()?.end();
    expect(await first).toBe('a 0');
    await turn();
    expect(source.reads).toBe(2);
    source.open.shift()?.end();
    expect(await Promise.all(others)).toEqual(['a 1', 'a 1', 'a 1']);
  });

  it('never returns what was read before the call', async () => {
    const { source, read } = slowSource();
    const calls: Promise<string>[] = [];
    for (let step = 1; step <= 5; step += 1) {
      source.value = step;
      calls.push(read('a'));
      await turn();
      if (step % 2 === 0) source.open.shift()?.end();
      await turn();
    }
    while (source.open.length > 0) {
      source.open.shift()?.end();
      await turn();
    }
    const values = (await Promise.all(calls)).map((text) => Number(text.slice(2)));
    values.forEach((value, index) => {
      expect(value).toBeGreaterThanOrEqual(index + 1);
    });
    expect(source.reads).toBeLessThan(5);
  });

  it('does not make calls for one key wait for another', async () => {
    const { source, read } = slowSource();
    const calls = [read('a'), read('b')];
    expect(source.reads).toBe(2);
    for (const { end } of source.open.splice(0)) end();
    expect(await Promise.all(calls)).toEqual(['a 0', 'b 0']);
  });

  it('reads again after a failure, which only its own callers get', async () => {
    const { source, read } = slowSource();
    const first = read('a');
    const second = read('a');
    source.open.shift()?.end(new Error('no answer'));
    await expect(first).rejects.toThrow('no answer');
    await turn();
    source.open.shift()?.end();
    expect(await second).toBe('a 0');
  });
});
