import type { Counts } from '../../contract/counts';

/** Standard output, or a substitute in tests. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  /** @param details the sentence next to the bar */
  show(counts: Counts, details: string): void;
  /** Moves the cursor to the beginning of a new line. */
  end(): void;
}

const BAR_WIDTH = 40;
const LINES = 10;
const CLEAR_TO_END_OF_LINE = '\x1b[K';

/** Shows a bar on a terminal; elsewhere prints about ten lines, so that logs stay readable. */
export function createProgress(output: Output): Progress {
  return output.isTTY === true ? bar(output) : lines(output);
}

function shareOf({ total, pending }: Counts): number {
  return total === 0 ? 1 : (total - pending) / total;
}

function bar(output: Output): Progress {
  let drawn = false;
  return {
    show(counts, details) {
      const full = Math.floor(shareOf(counts) * BAR_WIDTH);
      const drawing = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
      output.write(`\r${drawing} ${details}${CLEAR_TO_END_OF_LINE}`);
      drawn = true;
    },
    end() {
      if (drawn) output.write('\n');
      drawn = false;
    },
  };
}

function lines(output: Output): Progress {
  let step = -1;
  return {
    show(counts, details) {
      const reached = Math.floor(shareOf(counts) * LINES);
      if (reached > step) output.write(`${details}\n`);
      step = Math.max(step, reached);
    },
    end: () => undefined,
  };
}
