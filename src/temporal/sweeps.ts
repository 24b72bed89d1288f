import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';
import {
  RECONCILE_WORKFLOW,
  RECONCILER_WORKFLOW,
  REMOVE_EXPIRED_WORKFLOW,
  RETENTION_WORKFLOW,
} from '../../workflows/names';
import type { Runs, Sweep } from './runs';

const SWEEPS: readonly Sweep[] = [
  {
    workflow: RECONCILER_WORKFLOW,
    summary: 'Repairs requests whose records and runs disagree',
    scheduled: RECONCILE_WORKFLOW,
  },
  {
    workflow: RETENTION_WORKFLOW,
    summary: 'Deletes requests that are older than RETENTION_DAYS',
    scheduled: REMOVE_EXPIRED_WORKFLOW,
  },
];

/** A sweep that failed or was terminated is started again within this time. */
const CHECK_EVERY_MS = 5 * 60_000;

/**
 * Keeps the service's own sweeps running in Temporal: starts those that do not run, now and every five minutes. Every
 * worker does so.
 *
 * @returns a function that stops these checks, but not the sweeps
 */
export async function keepSweeps(
  runs: Pick<Runs, 'ensureSweep'>,
  logger: Logger,
  checkEveryMs = CHECK_EVERY_MS,
): Promise<() => Promise<void>> {
  const stopped = new AbortController();

  async function ensureAll(): Promise<void> {
    for (const sweep of SWEEPS) {
      await runs.ensureSweep(sweep).catch((error: unknown) => {
        logger.warn(
          { reason: messageOf(error), workflow: sweep.workflow },
          'A sweep could not be started; the next try follows within minutes',
        );
      });
    }
  }

  async function check(): Promise<void> {
    for (;;) {
      await sleep(checkEveryMs, null, { signal: stopped.signal });
      await ensureAll();
    }
  }

  await ensureAll();
  const checking = check().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return async () => {
    stopped.abort();
    await checking;
  };
}
