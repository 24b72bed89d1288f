import { messageOf, Refusal, type RefusalCode } from '../errors';

/** What scripts can tell by: docs/operations.md and `--help` list them. */
export const EXIT = {
  done: 0,
  /** It was not done, or what was watched did not end well. */
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  /** `replay`: the code does otherwise than the history says. */
  nondeterministic: 5,
  /** Ctrl-C, as shells have it. */
  interrupted: 130,
  /** Whoever read the output is gone, as `head` is: what shells have for SIGPIPE. */
  brokenPipe: 141,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_REFUSALS: Partial<Record<RefusalCode, ExitCode>> = {
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
  return error instanceof Refusal ? (OF_REFUSALS[error.code] ?? EXIT.failed) : EXIT.failed;
}

/** The error in one sentence; with what it was caused by, where that says what to look at. */
export function sentenceOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : null;
  return cause === null ? messageOf(error) : `${messageOf(error)} (${cause})`;
}
