import fc from 'fast-check';
import { scrollTopOf, scrollWindow } from '../../web/logic/scrollWindow';

const HEIGHT = 640;
const windowAt = (top: number, count: number, height = 64) =>
  scrollWindow({ top, height: HEIGHT }, { count, height });

describe('the window of a scrolled list', () => {
  it('draws all of a short list, and nothing of an empty one', () => {
    expect(windowAt(0, 8)).toMatchObject({ from: 0, to: 8, offset: 0, scrollHeight: 512 });
    expect(windowAt(0, 0)).toMatchObject({ from: 0, to: 0, scrollHeight: 0 });
  });

  it('draws what is visible and a margin, where it is', () => {
    expect(windowAt(64_000, 100_000)).toMatchObject({
      from: 992,
      to: 1_018,
      offset: 992 * 64,
      scrollHeight: 6_400_000,
      top: { line: 1_000, hidden: 0 },
    });
  });

  it('stays within a list that became shorter than what was scrolled', () => {
    const { from, to } = windowAt(50_000, 30);
    expect(from).toBeLessThanOrEqual(to);
    expect(to).toBe(30);
  });

  it('is not higher than browsers draw, and still reaches the first and the last line', () => {
    const lines = { count: 1_000_000, height: 64 };
    const first = scrollWindow({ top: 0, height: HEIGHT }, lines);
    expect(first.scrollHeight).toBe(15_000_000);
    expect(first).toMatchObject({ from: 0, offset: 0 });
    const top = first.scrollHeight - HEIGHT;
    const last = scrollWindow({ top, height: HEIGHT }, lines);
    expect(last.to).toBe(1_000_000);
    // The end of the last line is at the end of what is scrolled.
    expect(last.offset + (last.to - last.from) * 64).toBeCloseTo(first.scrollHeight, 3);
  });

  it('contains every visible line, and few others', () => {
    fc.assert(
      fc.property(fc.nat(20_000_000), fc.integer({ min: 1, max: 1_000_000 }), (scrolled, count) => {
        const lines = { count, height: 64 };
        const { scrollHeight } = scrollWindow({ top: 0, height: HEIGHT }, lines);
        const top = Math.min(scrolled, Math.max(scrollHeight - HEIGHT, 0));
        const { from, to, offset } = scrollWindow({ top, height: HEIGHT }, lines);
        expect(to - from).toBeLessThanOrEqual(28);
        expect(offset).toBeLessThanOrEqual(top + 0.01);
        const end = offset + (to - from) * 64;
        expect(end).toBeGreaterThanOrEqual(Math.min(top + HEIGHT, scrollHeight) - 0.01);
      }),
    );
  });

  it('scrolls back to a line', () => {
    fc.assert(
      fc.property(
        fc.nat(15_000_000),
        fc.integer({ min: 300, max: 1_000_000 }),
        (scrolled, count) => {
          const lines = { count, height: 64 };
          const { scrollHeight } = scrollWindow({ top: 0, height: HEIGHT }, lines);
          const scrollTop = scrolled % (scrollHeight - HEIGHT);
          const { top } = scrollWindow({ top: scrollTop, height: HEIGHT }, lines);
          expect(scrollTopOf(top, HEIGHT, lines)).toBeCloseTo(scrollTop, 3);
        },
      ),
    );
  });
});
