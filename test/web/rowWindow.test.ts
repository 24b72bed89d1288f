import fc from 'fast-check';
import { rowWindow } from '../../web/logic/rowWindow';

describe('rowWindow', () => {
  it('draws all of a short list, and nothing of an empty one', () => {
    expect(rowWindow(0, 500, 50, 8)).toEqual({ from: 0, to: 8 });
    expect(rowWindow(0, 500, 50, 0)).toEqual({ from: 0, to: 0 });
  });

  it('draws what is visible and a margin', () => {
    expect(rowWindow(50_000, 500, 50, 100_000)).toEqual({ from: 990, to: 1_020 });
  });

  it('stays within the list when it became shorter than what was scrolled', () => {
    expect(rowWindow(50_000, 500, 50, 30)).toEqual({ from: 30, to: 30 });
  });

  it('contains every visible row, and few others', () => {
    fc.assert(
      fc.property(fc.nat(5_000_000), fc.nat(100_000), (scrolled, count) => {
        const { from, to } = rowWindow(scrolled, 560, 56, count);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to - from).toBeLessThanOrEqual(31);
        for (let y = scrolled; y < scrolled + 560; y += 56) {
          const row = Math.floor(y / 56);
          if (row < count) expect(from <= row && row < to).toBe(true);
        }
      }),
    );
  });
});
