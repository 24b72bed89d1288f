import fc from 'fast-check';
import { delayBeforeAttempt } from '../../src/webhooks/schedule';

const none = () => 0;
const most = () => 1 - Number.EPSILON;
const attempts = Array.from({ length: 10 }, (_, index) => index + 1);

describe('delayBeforeAttempt', () => {
  it('follows the schedule that Standard Webhooks suggests', () => {
    const seconds = attempts.map((attempt) => delayBeforeAttempt(attempt, 5000, none) / 1000);
    expect(seconds).toEqual([0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
  });

  it('scales the whole schedule with the first pause', () => {
    const milliseconds = attempts.map((attempt) => delayBeforeAttempt(attempt, 10, none));
    expect(milliseconds).toEqual([
      0, 10, 600, 3600, 14_400, 36_000, 72_000, 100_800, 144_000, 172_800,
    ]);
  });

  it('waits the longest pause before every further attempt', () => {
    expect(delayBeforeAttempt(11, 5000, none)).toBe(86_400_000);
    expect(delayBeforeAttempt(100, 5000, none)).toBe(86_400_000);
  });

  it('adds up to a fifth at random', () => {
    expect(delayBeforeAttempt(2, 5000, most)).toBe(6000);
  });

  it('returns whole milliseconds that are never below the schedule', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 86_400_000 }),
        (attempt, initialMs) => {
          const delay = delayBeforeAttempt(attempt, initialMs);
          expect(Number.isSafeInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(delayBeforeAttempt(attempt, initialMs, none));
        },
      ),
    );
  });
});
