import type { RequestResource } from '../../contract/http/requests';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished } from '../../contract/statuses';
import { createProgress } from '../terminal/progress';
import type { Operations } from '../requests/operations';
import { EXIT, type ExitCode } from './exit';
import type { Terminal } from './terminal';

const POLL_MS = 300;

/** Shows the progress until the request is finished. @returns `null` when interrupted before */
export async function follow(
  operations: Operations,
  { err, interrupted }: Terminal,
  requestId: string,
): Promise<RequestResource | null> {
  const progress = createProgress(err);
  const stopped = interrupted().then(() => true);
  try {
    for (;;) {
      const request = await operations.show(requestId);
      progress.show(request.counts, request.details);
      if (isFinished(request.status)) return request;
      if (await Promise.race([stopped, sleep(POLL_MS, false)])) return null;
    }
  } finally {
    progress.end();
  }
}

/** @param request as {@link follow} returned it */
export function exitCodeOfOutcome(request: RequestResource | null): ExitCode {
  if (request === null) return EXIT.interrupted;
  return request.status === 'completed' ? EXIT.done : EXIT.failed;
}
