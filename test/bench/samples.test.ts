import { compare, inTurns, medianOf, summaryOf } from '../../bench/samples';

describe('rounds', () => {
  it('run all contenders in turns', async () => {
    const order: string[] = [];
    const run = (name: string) => () => Promise.resolve(order.push(name));
    const lines: string[] = [];
    const results = await inTurns((line) => lines.push(line), 2, {
      ours: run('ours'),
      missing: null,
      bare: run('bare'),
    });
    expect(order).toEqual(['ours', 'bare', 'ours', 'bare']);
    expect(results).toEqual({ ours: [1, 3], missing: [], bare: [2, 4] });
    expect(lines).toHaveLength(4);
    expect(lines[3]).toMatch(/round 2 of 2: bare/);
  });

  it('are summed up by their median and range', () => {
    expect(medianOf([9, 1, 5])).toBe(5);
    expect(summaryOf([9, 1, 5.25], 'ms')).toBe('5.25 ms (1–9)');
    expect(summaryOf([4], 's')).toBe('4 s');
  });

  it('are compared with the reference of the same round', () => {
    // The machine was half as fast in the last round: the medians alone would say 2.
    const { ratio, detail } = compare([10, 30, 20], [10, 30, 10], 'ms');
    expect(ratio).toBe(1);
    expect(detail).toBe('20 ms (10–30) against 10 ms (10–30)');
  });

  it('have no ratio without a reference', () => {
    expect(compare([1, 2, 3], [], 'ms').ratio).toBeNaN();
  });
});
