import type { Operations } from '../requests/operations';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

export async function redeliver(
  operations: Operations,
  terminal: Terminal,
  requestId: string,
): Promise<ExitCode> {
  await operations.redeliver(requestId);
  print(
    terminal,
    { request_id: requestId },
    () => `The webhook of ${requestId} is being delivered again\n`,
  );
  return EXIT.done;
}
