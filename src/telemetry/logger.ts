import pino from 'pino';
import { ignoreBrokenPipe } from '../process/output';

export type Logger = pino.Logger;

/** Limit of the lines that are kept while a closed terminal does not accept them. Further lines are dropped. */
const MAX_UNWRITTEN = 2 ** 20;

/**
 * Writes JSON lines to stderr: stdout is for the output of commands. JSON escapes control characters in values, so
 * that no input can forge or break a line.
 */
export function createLogger(level: string, name: string): Logger {
  const stderr = pino.destination({ dest: 2, sync: true, maxLength: MAX_UNWRITTEN });
  ignoreBrokenPipe(stderr);
  return pino(
    { level, name, base: { pid: process.pid }, serializers: { error: withMessage } },
    inBatches(stderr),
  );
}

/** Lines of this level and above are written at once: the process may be about to crash. */
const WARN = 40;

/**
 * Writes the lines of one turn of the event loop together: a system call per line costs a busy API more than most of
 * what it answers. Lines keep their order, and those of the last turn are written at the exit.
 */
function inBatches(output: { write(text: string): unknown }) {
  let lines = '';

  function flush(): void {
    process.off('exit', flush);
    const batch = lines;
    lines = '';
    if (batch !== '') output.write(batch);
  }

  return {
    // Makes pino set `lastLevel` before it writes.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      if (lines === '') {
        setImmediate(flush);
        process.on('exit', flush);
      }
      lines += line;
      if (this.lastLevel >= WARN) flush();
    },
  };
}

/**
 * Temporal's SDK logs failures as `error`, and the `type` of such an error is one of our codes. pino's own serializer
 * would replace `type` with the name of the class, and plain JSON omits the message.
 */
function withMessage(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, cause } = error;
  return Object.assign(
    {},
    error,
    { message },
    cause === undefined ? {} : { cause: withMessage(cause) },
  );
}
