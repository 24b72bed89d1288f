import pino from 'pino';
import { ignoreBrokenPipe } from '../process/output';

export type Logger = pino.Logger;

/** Lines that a closed terminal does not take are kept up to this length, and then dropped. */
const MAX_UNWRITTEN = 2 ** 20;

/**
 * JSON lines on stderr: stdout belongs to what a command prints for its user. Control characters in
 * values are escaped by JSON, so that no input can forge or break a line.
 */
export function createLogger(level: string, name: string): Logger {
  const stderr = pino.destination({ dest: 2, sync: true, maxLength: MAX_UNWRITTEN });
  ignoreBrokenPipe(stderr);
  return pino(
    { level, name, base: { pid: process.pid }, serializers: { error: withMessage } },
    stderr,
  );
}

/**
 * Temporal's SDK logs what failed as `error`, whose `type` is our code. pino's own serializer would put the
 * class's name there, and JSON by itself leaves the message out.
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
