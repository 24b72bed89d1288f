import type { Operations } from '../requests/operations';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

/** Deletes a request. That cannot be undone, so it asks for confirmation at a terminal; it does not ask scripts. */
export async function remove(
  operations: Operations,
  terminal: Terminal,
  requestId: string,
  sure: boolean,
): Promise<ExitCode> {
  const { counts, file_name } = await operations.show(requestId);
  if (!sure) {
    const answer = await terminal.ask(
      `Delete ${requestId} (${JSON.stringify(file_name)}, ${counts.total} images) with its files? [y/N] `,
    );
    if (answer !== null && !/^y(es)?$/i.test(answer.trim())) {
      terminal.err.write('Nothing was deleted\n');
      return EXIT.failed;
    }
  }
  await operations.remove(requestId);
  print(terminal, { request_id: requestId }, () => `${requestId} is deleted\n`);
  return EXIT.done;
}
