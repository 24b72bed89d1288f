import fc from 'fast-check';
import { retryAfterMs } from '../../src/network/retryAfter';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0);
const TEN_MINUTES = 600_000;

describe('retryAfterMs(header, now)', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
  ])('reads seconds: %j', (header, wait) => {
    expect(retryAfterMs(header, NOW)).toBe(wait);
  });

  it.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    ['asctime', 'Sun Nov  6 08:49:37 1994'],
  ])('reads an HTTP date in the %s format', (_, header) => {
    expect(retryAfterMs(header, NOW)).toBe(37_000);
  });

  it('returns 0 for a date in the past', () => {
    expect(retryAfterMs('Sun, 06 Nov 1994 08:00:00 GMT', NOW)).toBe(0);
  });

  it.each(['601', '9'.repeat(400), 'Sun, 06 Nov 2094 08:49:37 GMT'])(
    'returns at most ten minutes: %j',
    (header) => {
      expect(retryAfterMs(header, NOW)).toBe(TEN_MINUTES);
    },
  );

  it('uses the first of several headers', () => {
    expect(retryAfterMs(['3', '9'], NOW)).toBe(3_000);
  });

  it.each([undefined, '', ' ', '-5', '1.5', '5s', 'soon', 'in 5 minutes', 'Sunday 5'])(
    'returns undefined for %j',
    (header) => {
      expect(retryAfterMs(header, NOW)).toBeUndefined();
    },
  );

  it('returns undefined or a pause from zero to ten minutes for any header', () => {
    const header = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(header, (value) => {
        const wait = retryAfterMs(value, NOW) ?? 0;
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(TEN_MINUTES);
      }),
    );
  });
});
