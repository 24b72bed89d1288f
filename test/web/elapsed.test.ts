import { formatClock, formatElapsed } from '../../web/logic/elapsed';

describe('formatElapsed', () => {
  it.each([
    [0, '0 sec'],
    [-5, '0 sec'],
    [840, '0.8 sec'],
    [1_000, '1 sec'],
    [42_400, '42 sec'],
    [59_900, '1 min'],
    [185_000, '3 min 5 sec'],
    [7_200_000, '2 hr'],
    [7_265_000, '2 hr 1 min'],
    [180_000_000, '2 days 2 hr'],
  ])('tells %i ms as %j', (ms, text) => {
    expect(formatElapsed(ms, 'en')).toBe(text);
  });
});

describe('formatClock', () => {
  const at = (day: number, hour: number) => new Date(2026, 2, day, hour, 30).getTime();

  it('is the time of today', () => {
    expect(formatClock(at(10, 14), at(10, 9), 'en-GB')).toBe('14:30');
  });

  it('has the date of another day', () => {
    expect(formatClock(at(11, 14), at(10, 9), 'en-GB')).toContain('11 Mar 2026');
  });
});
