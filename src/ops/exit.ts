import { messageOf, Refusal, type RefusalCode } from '../errors';

/** The exit codes, for scripts. docs/operations.md and `--help` list them. */
export const EXIT = {
  done: 0,
  /** The command failed, or the request that was watched did not complete. */
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  /** `replay`: the code deviates from the history. */
  nondeterministic: 5,
  /** Ctrl-C, as in shells: 128 + SIGINT. */
  interrupted: 130,
  /** The reader of the output closed it, as `head` does; as in shells: 128 + SIGPIPE. */
  brokenPipe: 141,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_REFUSAL: Partial<Record<RefusalCode, ExitCode>> = {
  not_found: EXIT.notFound,
  conflict: EXIT.conflict,
  not_finished: EXIT.conflict,
};

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof Refusal ? (BY_REFUSAL[error.code] ?? EXIT.failed) : EXIT.failed;
}

/** Returns the error's message and, in brackets, that of its cause. */
export function sentenceOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : null;
  return cause === null ? messageOf(error) : `${messageOf(error)} (${cause})`;
}
