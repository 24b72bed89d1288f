import type { RequestResource } from '../../contract/http/requests';

/** Standard error, or a substitute in tests. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  uploaded(sent: number, total: number): void;
  changed(request: Pick<RequestResource, 'counts' | 'details'>): void;
  /** Prints a line of its own, and goes on with the bar below it. */
  say(line: string): void;
  end(): void;
}

const BAR_WIDTH = 30;
const LINES = 10;
const CLEAR_TO_END_OF_LINE = '\x1b[K';

/** Shows a bar at a terminal; elsewhere prints about ten lines, so that logs stay readable. */
export function createProgress(output: Output): Progress {
  return output.isTTY === true ? bar(output) : lines(output);
}

const uploading = (sent: number, total: number) =>
  `Uploading, ${(sent / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;

function shareOf({ total, pending }: RequestResource['counts']): number {
  return total === 0 ? 0 : (total - pending) / total;
}

function bar(output: Output): Progress {
  // Some terminals report 0.
  const { columns = 0 } = output;
  const width = columns > 0 ? columns : 80;
  let isDrawn = false;
  function draw(share: number, text: string) {
    const full = Math.floor(share * BAR_WIDTH);
    const line = `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${text}`;
    // A line that wraps could not be drawn over.
    output.write(`\r${line.slice(0, width - 1)}${CLEAR_TO_END_OF_LINE}`);
    isDrawn = true;
  }
  function end() {
    if (isDrawn) output.write('\n');
    isDrawn = false;
  }
  return {
    uploaded: (sent, total) => {
      draw(total === 0 ? 0 : sent / total, uploading(sent, total));
    },
    changed: ({ counts, details }) => {
      draw(shareOf(counts), details);
    },
    say(line) {
      end();
      output.write(`${line}\n`);
    },
    end,
  };
}

function lines(output: Output): Progress {
  let step = -1;
  return {
    uploaded: () => undefined,
    changed({ counts, details }) {
      const reached = Math.floor(shareOf(counts) * LINES);
      if (reached > step) output.write(`${details}\n`);
      step = Math.max(step, reached);
    },
    say: (line) => output.write(`${line}\n`),
    end: () => undefined,
  };
}
