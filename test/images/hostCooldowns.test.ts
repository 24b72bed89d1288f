import { HostCoolingDown } from '../../src/errors';
import { createHostCooldowns } from '../../src/images/hostCooldowns';

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
    if (error instanceof HostCoolingDown) return error.until.toISOString();
    throw error;
  }
  return null;
}

describe('createHostCooldowns()', () => {
  it('allows requests to a host that did not ask for a pause', () => {
    const cooldowns = createHostCooldowns();
    cooldowns.begin('other.example', 429, 1_000);
    expect(
      untilOf(() => {
        cooldowns.check('shop.example');
      }),
    ).toBeNull();
  });

  it('reports until when a host is cooling down, and allows requests from then on', () => {
    const cooldowns = createHostCooldowns();
    cooldowns.begin('shop.example', 429, 1_000);
    expect(
      untilOf(() => {
        cooldowns.check('shop.example');
      }),
    ).toBe('2026-01-01T00:00:01.000Z');
    jest.setSystemTime(NOW.getTime() + 1_000);
    expect(
      untilOf(() => {
        cooldowns.check('shop.example');
      }),
    ).toBeNull();
  });

  it.each([
    ['first', [5_000, 1_000]],
    ['last', [1_000, 5_000]],
  ])('applies the longest of several cooldowns, also when it came %s', (_, lengths) => {
    const cooldowns = createHostCooldowns();
    for (const ms of lengths) cooldowns.begin('shop.example', 503, ms);
    jest.advanceTimersByTime(4_999);
    expect(
      untilOf(() => {
        cooldowns.check('shop.example');
      }),
    ).toBe('2026-01-01T00:00:05.000Z');
  });

  it('forgets cooldowns that ended long ago', () => {
    const cooldowns = createHostCooldowns();
    for (let host = 0; host < 100; host += 1) {
      cooldowns.begin(`${host}.example`, 429, 1_000);
      cooldowns.begin(`${host}.example`, 429, 2_000);
    }
    expect(jest.getTimerCount()).toBe(100);
    jest.advanceTimersByTime(20 * 60_000);
    expect(jest.getTimerCount()).toBe(0);
  });

  describe('with a host that always asks for a pause', () => {
    /** Cooldowns of a second, each begun when the one before is over. */
    function coolDownRepeatedly(
      cooldowns: ReturnType<typeof createHostCooldowns>,
      times: number,
    ): void {
      for (let time = 0; time < times; time += 1) {
        jest.advanceTimersByTime(1_000);
        cooldowns.begin('shop.example', 429, 1_000);
      }
    }
    const check = (cooldowns: ReturnType<typeof createHostCooldowns>) => () => {
      cooldowns.check('shop.example');
    };

    it('costs attempts once its consecutive cooldowns exceed the maximum, so that waiting ends', () => {
      const cooldowns = createHostCooldowns(2);
      coolDownRepeatedly(cooldowns, 2);
      expect(check(cooldowns)).toThrow(HostCoolingDown);
      coolDownRepeatedly(cooldowns, 1);
      expect(check(cooldowns)).toThrow(expect.objectContaining({ name: 'ImageError' }) as Error);
    });

    it('counts from zero again after a successful response', () => {
      const cooldowns = createHostCooldowns(2);
      coolDownRepeatedly(cooldowns, 2);
      cooldowns.end('shop.example');
      coolDownRepeatedly(cooldowns, 1);
      expect(check(cooldowns)).toThrow(HostCoolingDown);
    });
  });
});
