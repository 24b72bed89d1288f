import type { Operations } from '../requests/operations';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

export async function cancel(
  operations: Operations,
  terminal: Terminal,
  requestId: string,
): Promise<ExitCode> {
  await operations.cancel(requestId);
  print(
    terminal,
    { request_id: requestId },
    () => `${requestId} is being cancelled; finished images are kept\n`,
  );
  return EXIT.done;
}
