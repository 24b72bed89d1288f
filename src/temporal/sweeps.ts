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
    summary: 'Repairs requests whose run ended without the service noticing',
    scheduled: RECONCILE_WORKFLOW,
  },
  {
    workflow: RETENTION_WORKFLOW,
    summary: 'Deletes requests that are older than RETENTION_DAYS',
    scheduled: REMOVE_EXPIRED_WORKFLOW,
  },
];

/** Within this time a sweep that failed or was terminated runs again. */
const CHECK_EVERY_MS = 5 * 60_000;

/**
 * Keeps the service's own sweeps running in Temporal. Every worker does it, from its start on: they are started
 * unless they run.
 *
 * @returns stops the checks; the sweeps go on
 */
export async function keepSweeps(
  runs: Pick<Runs, 'ensureSweep'>,
  logger: Logger,
  checkEveryMs = CHECK_EVERY_MS,
): Promise<() => Promise<void>> {
  const over = new AbortController();

  async function ensureAll(): Promise<void> {
    for (const sweep of SWEEPS) {
      await runs.ensureSweep(sweep).catch((error: unknown) => {
        logger.warn(
          { reason: messageOf(error), workflow: sweep.workflow },
          'A sweep could not be started; it is tried again within minutes',
        );
      });
    }
  }

  async function check(): Promise<void> {
    for (;;) {
      await sleep(checkEveryMs, null, { signal: over.signal });
      await ensureAll();
    }
  }

  await ensureAll();
  const checking = check().catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
  return async () => {
    over.abort();
    await checking;
  };
}
