import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import type { BulkRetryFilter } from '../../activities/types';
import type { BulkRetryReport, Runs } from '../temporal/runs';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

const POLL_MS = 300;
const CLEAR_TO_END_OF_LINE = '\x1b[K';

/** Retries every request with failures, in a workflow that continues when it is no longer watched. */
export async function retryFailed(
  runs: Runs,
  terminal: Terminal,
  span: Pick<BulkRetryFilter, 'since' | 'until'>,
): Promise<ExitCode> {
  const operation = await runs.startBulkRetry({
    status: ['failed', 'completed_with_errors'],
    ...span,
  });
  const report = await watch(runs, terminal, operation);
  if (report === null) {
    terminal.err.write(`${operation} continues; to stop it: npm run ops -- stop ${operation}\n`);
    return EXIT.interrupted;
  }
  const { retried, skipped, stopped } = report;
  const end = stopped ? ', then it was stopped' : '';
  print(
    terminal,
    { operation, retried, skipped, stopped },
    () => `${retried} retried, ${skipped} skipped${end}\n`,
  );
  return stopped ? EXIT.failed : EXIT.done;
}

/** Shows the progress of the operation. @returns `null` when interrupted before the end */
async function watch(
  runs: Runs,
  { err, interrupted }: Terminal,
  operation: string,
): Promise<BulkRetryReport | null> {
  const live = err.isTTY === true;
  let shown = '';
  const say = (line: string) => {
    if (line === shown) return;
    shown = line;
    err.write(live ? `\r${line}${CLEAR_TO_END_OF_LINE}` : `${line}\n`);
  };
  say(`${operation} has started`);
  const stopped = interrupted().then(() => 'interrupted' as const);
  try {
    for (;;) {
      const report = await Promise.race([progressOf(runs, operation), stopped]);
      if (report === 'interrupted') return null;
      if (report === null) {
        say(`${operation} waits for a worker and continues when one runs`);
      } else {
        say(`${report.retried} retried, ${report.skipped} skipped`);
        if (report.finished) return report;
      }
      if ((await Promise.race([stopped, sleep(POLL_MS, null)])) !== null) return null;
    }
  } finally {
    if (live) err.write('\n');
  }
}

/** @returns `null` when Temporal answers, but no worker does */
async function progressOf(runs: Runs, operation: string): Promise<BulkRetryReport | null> {
  try {
    return await runs.bulkRetry(operation, POLL_MS);
  } catch (error) {
    if (error instanceof WorkflowFailedError) throw error;
    await runs.ping();
    return null;
  }
}
