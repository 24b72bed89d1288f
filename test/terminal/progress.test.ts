import { createProgress } from '../../src/terminal/progress';

function written(isTTY: boolean, done: readonly number[], total: number): string {
  let text = '';
  const progress = createProgress({ isTTY, write: (part) => (text += part) });
  for (const succeeded of done) {
    const counts = { total, succeeded, failed: 0, pending: total - succeeded };
    progress.show(counts, `${succeeded} of ${total}`);
  }
  progress.end();
  return text;
}

describe('the progress of a request', () => {
  it('is a bar on a terminal, which is redrawn in place', () => {
    const [nothing, half, all] = written(true, [0, 2, 4], 4).split('\r').slice(1);
    expect(nothing).toBe(`${'░'.repeat(40)} 0 of 4\x1b[K`);
    expect(half).toBe(`${'█'.repeat(20)}${'░'.repeat(20)} 2 of 4\x1b[K`);
    expect(all).toBe(`${'█'.repeat(40)} 4 of 4\x1b[K\n`);
  });

  it('is one line for each tenth elsewhere', () => {
    const everyOne = Array.from({ length: 1001 }, (_, done) => done);
    const lines = written(false, everyOne, 1000).trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe('0 of 1000');
    expect(lines.at(-1)).toBe('1000 of 1000');
  });

  it('prints no line twice', () => {
    expect(written(false, [0, 0, 4, 4], 4)).toBe('0 of 4\n4 of 4\n');
  });

  it('is complete when there is nothing to do', () => {
    expect(written(true, [0], 0)).toContain('█'.repeat(40));
  });
});
