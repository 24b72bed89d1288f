import { Refusal } from '../errors';
import type { Runs } from '../temporal/runs';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

/** Stops a bulk retry; what it has retried goes on. */
export async function stop(runs: Runs, terminal: Terminal, operation: string): Promise<ExitCode> {
  if (!(await runs.stopBulkRetry(operation))) {
    throw new Refusal('not_found', `Expected a bulk retry that runs, ${operation} is none`);
  }
  print(terminal, { operation }, () => `${operation} stops; the requests it has retried go on\n`);
  return EXIT.done;
}
