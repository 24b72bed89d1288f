import pino from 'pino';

export type Logger = pino.Logger;

/**
 * JSON lines on stderr: stdout belongs to what a command prints for its user. Control characters in
 * values are escaped by JSON, so that no input can forge or break a line.
 */
export function createLogger(level: string, name: string): Logger {
  return pino(
    { level, name, base: { pid: process.pid } },
    pino.destination({ dest: 2, sync: true }),
  );
}
