import type { Operations } from '../requests/operations';
import { EXIT, type ExitCode } from './exit';
import { exitCodeOfOutcome, follow } from './follow';
import { printRequest } from './show';
import { print, type Terminal } from './terminal';

/** Retries what failed in one request. The round continues when watching it is interrupted. */
export async function retry(
  operations: Operations,
  terminal: Terminal,
  requestId: string,
  watch: boolean,
): Promise<ExitCode> {
  await operations.retry(requestId);
  if (!watch) {
    print(terminal, { request_id: requestId }, () => `${requestId} is being retried\n`);
    return EXIT.done;
  }
  const request = await follow(operations, terminal, requestId);
  if (request === null) {
    terminal.err.write(`${requestId} continues; to stop it: npm run ops -- cancel ${requestId}\n`);
  } else {
    await printRequest(operations, terminal, request);
  }
  return exitCodeOfOutcome(request);
}
