import { HostAtRest } from '../../src/errors';
import { createRests } from '../../src/images/rests';

const NOW = new Date('2026-01-01T00:00:00.000Z');

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

function untilOf(check: () => void): string | null {
  try {
    check();
  } catch (error) {
    if (error instanceof HostAtRest) return error.until.toISOString();
    throw error;
  }
  return null;
}

describe('createRests()', () => {
  it('lets a host be asked that did not ask for a rest', () => {
    const rests = createRests();
    rests.begin('other.example', 429, 1_000);
    expect(
      untilOf(() => {
        rests.check('shop.example');
      }),
    ).toBeNull();
  });

  it('says until when a host rests, and lets it be asked from then on', () => {
    const rests = createRests();
    rests.begin('shop.example', 429, 1_000);
    expect(
      untilOf(() => {
        rests.check('shop.example');
      }),
    ).toBe('2026-01-01T00:00:01.000Z');
    jest.setSystemTime(NOW.getTime() + 1_000);
    expect(
      untilOf(() => {
        rests.check('shop.example');
      }),
    ).toBeNull();
  });

  it.each([
    ['first', [5_000, 1_000]],
    ['last', [1_000, 5_000]],
  ])('keeps to the longest of several rests, also when it came %s', (_, lengths) => {
    const rests = createRests();
    for (const ms of lengths) rests.begin('shop.example', 503, ms);
    jest.advanceTimersByTime(4_999);
    expect(
      untilOf(() => {
        rests.check('shop.example');
      }),
    ).toBe('2026-01-01T00:00:05.000Z');
  });

  it('keeps nothing of rests that have long been over', () => {
    const rests = createRests();
    for (let host = 0; host < 100; host += 1) {
      rests.begin(`${host}.example`, 429, 1_000);
      rests.begin(`${host}.example`, 429, 2_000);
    }
    expect(jest.getTimerCount()).toBe(100);
    jest.advanceTimersByTime(20 * 60_000);
    expect(jest.getTimerCount()).toBe(0);
  });

  describe('with a host that only ever asks to be left alone', () => {
    /** Rests of a second, each begun when the one before is over. */
    function restRepeatedly(rests: ReturnType<typeof createRests>, times: number): void {
      for (let time = 0; time < times; time += 1) {
        jest.advanceTimersByTime(1_000);
        rests.begin('shop.example', 429, 1_000);
      }
    }
    const check = (rests: ReturnType<typeof createRests>) => () => {
      rests.check('shop.example');
    };

    it('costs attempts once its rests in a row exceed the patience, so that waiting ends', () => {
      const rests = createRests(2);
      restRepeatedly(rests, 2);
      expect(check(rests)).toThrow(HostAtRest);
      restRepeatedly(rests, 1);
      expect(check(rests)).toThrow(expect.objectContaining({ name: 'ImageError' }) as Error);
    });

    it('is patient again with one that gave something in between', () => {
      const rests = createRests(2);
      restRepeatedly(rests, 2);
      rests.end('shop.example');
      restRepeatedly(rests, 1);
      expect(check(rests)).toThrow(HostAtRest);
    });
  });
});
