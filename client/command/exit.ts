import { ApiError, ConnectionError } from '../errors';

/** The exit codes, for scripts. `--help` lists them. */
export const EXIT = {
  done: 0,
  /** Some images failed, or were cancelled; also an unexpected failure, such as a full disk. */
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  /** Ctrl-C, as in shells: 128 + SIGINT. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command line that cannot be understood, or a file that cannot be read or written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof ConnectionError) return EXIT.unreachable;
  if (error instanceof Error && error.name === 'AbortError') return EXIT.interrupted;
  if (!(error instanceof ApiError)) return EXIT.failed;
  if (error.status === 404) return EXIT.notFound;
  return error.status >= 500 ? EXIT.unreachable : EXIT.refused;
}
