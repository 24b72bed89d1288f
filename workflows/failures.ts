import { ActivityFailure } from '@temporalio/workflow';

/** An `ActivityFailure` has a generic message; its cause has the reason. */
export function reasonOf(error: unknown): string {
  return String(error instanceof ActivityFailure ? (error.cause ?? error) : error);
}
