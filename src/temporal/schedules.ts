import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';
import { RECONCILE_WORKFLOW, REMOVE_EXPIRED_WORKFLOW } from '../../workflows/names';
import type { Runs, Scheduled } from './runs';

const SCHEDULED: readonly Scheduled[] = [
  {
    workflow: RECONCILE_WORKFLOW,
    every: 60_000,
    note: 'Repairs requests whose run ended outside the service',
  },
  {
    workflow: REMOVE_EXPIRED_WORKFLOW,
    every: 3_600_000,
    note: 'Deletes requests that are older than RETENTION_DAYS',
  },
];

/** Has the service look after itself. Every worker sees to it at its start; the schedules are the server's. */
export async function ensureSchedules(runs: Pick<Runs, 'schedule'>, logger: Logger): Promise<void> {
  for (const scheduled of SCHEDULED) {
    try {
      await runs.schedule(scheduled);
    } catch (error) {
      logger.warn(
        { reason: messageOf(error), workflow: scheduled.workflow },
        'A schedule could not be set up; the next worker that starts tries again',
      );
    }
  }
}
