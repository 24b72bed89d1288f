import { Refusal } from '../errors';
import type { Runs } from '../temporal/runs';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

/** Stops a bulk retry. Requests that it has retried already continue. */
export async function stop(runs: Runs, terminal: Terminal, operation: string): Promise<ExitCode> {
  if (!(await runs.stopBulkRetry(operation))) {
    throw new Refusal('not_found', `No running bulk retry ${operation}`);
  }
  print(
    terminal,
    { operation },
    () => `${operation} is being stopped; requests already retried continue\n`,
  );
  return EXIT.done;
}
