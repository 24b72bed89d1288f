import { holds, quantileOf, tableOf, verdictOf } from '../../siege/table';

const within = { name: 'within', value: 250, unit: 'ms', most: 250 };
const above = { name: 'above', value: 250.5, unit: 'ms', most: 250, why: '2 × alone' };
const below = { name: 'below', value: 999, unit: 'calls', least: 1000 };
const reported = { name: 'reported', value: 1e9, unit: 'MiB' };

describe('the table of the siege', () => {
  it('shows values, limits and whether they hold', () => {
    expect(tableOf([within, above, below, reported]).split('\n').slice(2, 6)).toEqual([
      '| within | 250 ms | at most 250 ms | yes |',
      '| above | 251 ms | at most 250 ms (2 × alone) | NO |',
      '| below | 999 calls | at least 1000 calls | NO |',
      '| reported | 1000000000 MiB |  |  |',
    ]);
  });

  it('names the lines that do not hold', () => {
    expect(verdictOf([within, reported])).toBe('held');
    expect(verdictOf([within, above, below, reported])).toBe('not held: above; below');
  });

  it('does not hold without a measurement', () => {
    expect(holds({ ...within, value: Number.NaN })).toBe(false);
    expect(holds({ ...within, most: Number.NaN })).toBe(false);
  });

  it('finds quantiles', () => {
    const values = [3, 1, 2, 4, 5];
    expect([0, 0.5, 0.99, 1].map((share) => quantileOf(values, share))).toEqual([1, 3, 5, 5]);
    expect(quantileOf([], 0.5)).toBeNaN();
  });
});
