import { cellsOf, holds, markdownTable, quantileOf, tableOf, verdictOf } from '../../bench/table';

const within = { name: 'within', value: 250, unit: 'ms', most: 250 };
const above = { name: 'above', value: 250.5, unit: 'ms', most: 250, why: '2 × alone' };
const below = { name: 'below', value: 999, unit: 'calls', least: 1000 };
const reported = { name: 'reported', value: 1e9, unit: 'MiB' };

describe('a table of limits', () => {
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
    expect(cellsOf({ ...within, value: Number.NaN })).toEqual([
      'within',
      'not measured',
      'at most 250 ms',
      'NO',
    ]);
  });

  it('is Markdown', () => {
    expect(
      markdownTable(
        ['', 'A'],
        [
          ['b', '1'],
          ['c', '2'],
        ],
      ),
    ).toBe('|  | A |\n| --- | --- |\n| b | 1 |\n| c | 2 |\n');
  });

  it('keeps a cell with any text on its line', () => {
    expect(markdownTable(['A'], [['one\n two | three']])).toContain('\n| one two \\| three |\n');
  });

  it('finds quantiles', () => {
    const values = [3, 1, 2, 4, 5];
    expect([0, 0.5, 0.99, 1].map((share) => quantileOf(values, share))).toEqual([1, 3, 5, 5]);
    expect(quantileOf([], 0.5)).toBeNaN();
  });
});
