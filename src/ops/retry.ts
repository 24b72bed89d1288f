import type { Operations } from '../requests/operations';
import { EXIT, type ExitCode } from './exit';
import { exitCodeOfEnd, follow } from './follow';
import { printRequest } from './show';
import { print, type Terminal } from './terminal';

/** Runs again what failed of one request. Interrupted while watching, the run goes on. */
export async function retry(
  operations: Operations,
  terminal: Terminal,
  requestId: string,
  watch: boolean,
): Promise<ExitCode> {
  await operations.retry(requestId);
  if (!watch) {
    print(terminal, { request_id: requestId }, () => `${requestId} runs again\n`);
    return EXIT.done;
  }
  const request = await follow(operations, terminal, requestId);
  if (request === null) {
    terminal.err.write(`It goes on; to stop it: npm run ops -- cancel ${requestId}\n`);
  } else {
    await printRequest(operations, terminal, request);
  }
  return exitCodeOfEnd(request);
}
