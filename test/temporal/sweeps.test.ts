import { ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { createLogger } from '../../src/telemetry/logger';
import { keepSweeps } from '../../src/temporal/sweeps';
import {
  PAUSE_SIGNAL,
  RECONCILE_WORKFLOW,
  RECONCILER_WORKFLOW,
  REMOVE_EXPIRED_WORKFLOW,
  RESUME_SIGNAL,
  RETENTION_WORKFLOW,
  SWEEP_SIGNAL,
} from '../../workflows/names';
import { finished, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { leaveBehind } from '../support/leftover';
import { startService, type Service } from '../support/service';

const logger = createLogger('silent', 'test');
const METADATA_QUERY = '__temporal_workflow_metadata';
const CHECK_EVERY_MS = 200;

/** Counts the calls of the service's sweep activities. */
interface Swept {
  reconcile: number;
  removeExpired: number;
}

describe('keepSweeps', () => {
  let service: Service;
  let swept: Swept;
  const ends: (() => Promise<void>)[] = [];

  async function start(options: Parameters<typeof startService>[0] = {}): Promise<void> {
    swept = { reconcile: 0, removeExpired: 0 };
    service = await startService({
      ...options,
      wrap: (activities) => ({
        ...activities,
        reconcile: () => {
          swept.reconcile += 1;
          return activities.reconcile();
        },
        removeExpired: () => {
          swept.removeExpired += 1;
          return activities.removeExpired();
        },
      }),
    });
  }

  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
    await service.stop();
  });

  async function keep(): Promise<void> {
    ends.push(await keepSweeps(service.runs, logger, CHECK_EVERY_MS));
  }

  const sweep = (workflow: string) =>
    service.client.workflow.getHandle(`${workflow}/${service.config.TEMPORAL_TASK_QUEUE}`);
  const runIdOf = async (workflow: string) => (await sweep(workflow).describe()).runId;
  const detailsOf = async (workflow: string) =>
    (await sweep(workflow).query<{ currentDetails?: string }>(METADATA_QUERY)).currentDetails ?? '';
  const sweptOnce = () =>
    eventually(
      () => swept,
      ({ reconcile, removeExpired }) => reconcile === 1 && removeExpired === 1,
    );

  it('runs each sweep once, however many workers start', async () => {
    await start();
    await Promise.all(Array.from({ length: 5 }, () => keep()));
    await sweptOnce();
    const { runId } = await sweep(RECONCILER_WORKFLOW).describe();
    await keep();
    for (const workflow of [RECONCILER_WORKFLOW, RETENTION_WORKFLOW]) {
      const query = `WorkflowId = '${sweep(workflow).workflowId}'`;
      const { count } = await eventually(
        () => service.client.workflow.count(query),
        ({ count: found }) => found > 0,
      );
      expect(count).toBe(1);
      expect((await sweep(workflow).describe()).status.name).toBe('RUNNING');
    }
    expect(await runIdOf(RECONCILER_WORKFLOW)).toBe(runId);
  });

  it('restarts a terminated sweep while the worker runs', async () => {
    await start();
    await keep();
    const before = await runIdOf(RECONCILER_WORKFLOW);
    await sweep(RECONCILER_WORKFLOW).terminate('by an operator');
    const { status } = await eventually(
      () => sweep(RECONCILER_WORKFLOW).describe(),
      ({ runId }) => runId !== before,
    );
    expect(status.name).toBe('RUNNING');
  });

  it('shows in the Web UI the time of the last sweep and what it found', async () => {
    await start();
    const id = await uploaded(service.url, sheetOf(['http://192.0.2.1/refused.jpg']));
    await finished(service.url, id);
    await leaveBehind(service, id, { state: 'uploading', updated_at: new Date(0) });
    await keep();
    await sweptOnce();
    const details = await eventually(
      () => detailsOf(RECONCILER_WORKFLOW),
      (said) => said.startsWith('Last'),
    );
    expect(details).toMatch(
      /^Last sweep 2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z: leftover_removed: 1$/,
    );
    const said = await eventually(
      () => detailsOf(RETENTION_WORKFLOW),
      (one) => one.startsWith('Last'),
    );
    expect(said).toMatch(/Z: nothing found$/);
  });

  it('sweeps at once when asked to, also while paused', async () => {
    await start();
    await keep();
    await sweptOnce();
    await sweep(RETENTION_WORKFLOW).signal(PAUSE_SIGNAL);
    await sweep(RETENTION_WORKFLOW).signal(SWEEP_SIGNAL);
    await eventually(
      () => swept.removeExpired,
      (times) => times === 2,
    );
    await eventually(
      () => detailsOf(RETENTION_WORKFLOW),
      (said) => said.startsWith('Paused. Last sweep '),
    );
    await sweep(RECONCILER_WORKFLOW).signal(SWEEP_SIGNAL);
    await eventually(
      () => swept.reconcile,
      (times) => times === 2,
    );
    expect(swept.removeExpired).toBe(2);
  });

  describe('in place of the schedules of 0.1.0', () => {
    async function scheduleExists(workflow: string): Promise<boolean> {
      const scheduleId = `${workflow}/${service.config.TEMPORAL_TASK_QUEUE}`;
      try {
        await service.client.schedule.getHandle(scheduleId).describe();
        return true;
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return false;
        throw error;
      }
    }

    /** Creates a schedule as 0.1.0 did. */
    async function schedule(workflow: string, paused: boolean): Promise<void> {
      const taskQueue = service.config.TEMPORAL_TASK_QUEUE;
      const scheduleId = `${workflow}/${taskQueue}`;
      await service.client.schedule.create({
        scheduleId,
        spec: { intervals: [{ every: 3_600_000 }] },
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
        action: {
          type: 'startWorkflow',
          workflowType: workflow,
          workflowId: scheduleId,
          taskQueue,
        },
        state: { paused },
      });
    }

    it('removes them, and pauses a sweep whose schedule an operator had paused', async () => {
      await start();
      await schedule(RECONCILE_WORKFLOW, false);
      await schedule(REMOVE_EXPIRED_WORKFLOW, true);
      await keep();
      await eventually(
        () => swept.reconcile,
        (times) => times === 1,
      );
      for (const workflow of [RECONCILE_WORKFLOW, REMOVE_EXPIRED_WORKFLOW]) {
        await eventually(
          () => scheduleExists(workflow),
          (found) => !found,
        );
      }
      expect(await detailsOf(RETENTION_WORKFLOW)).toBe('Paused. No sweep yet');
      expect(swept.removeExpired).toBe(0);
      await sweep(RETENTION_WORKFLOW).signal(RESUME_SIGNAL);
      await eventually(
        () => swept.removeExpired,
        (times) => times === 1,
      );
    });

    it('lets a run that they started finish', async () => {
      await start({ worker: false });
      const taskQueue = service.config.TEMPORAL_TASK_QUEUE;
      const begun = await service.client.workflow.start(RECONCILE_WORKFLOW, {
        workflowId: `${RECONCILE_WORKFLOW}/${taskQueue}-2026-11-25T12:00:00Z`,
        taskQueue,
      });
      await keep();
      await service.startWorker();
      await begun.result();
      expect((await sweep(RECONCILER_WORKFLOW).describe()).status.name).toBe('RUNNING');
    });
  });

  it('continues as new before its history is long, and stays paused', async () => {
    await start({ temporalAddress: process.env['TEST_TEMPORAL_SHORT_HISTORY_ADDRESS'] });
    await keep();
    await sweptOnce();
    const first = await runIdOf(RETENTION_WORKFLOW);
    await sweep(RETENTION_WORKFLOW).signal(PAUSE_SIGNAL);
    for (let sweeps = 1; (await runIdOf(RETENTION_WORKFLOW)) === first; sweeps += 1) {
      expect(sweeps).toBeLessThan(10);
      await sweep(RETENTION_WORKFLOW).signal(SWEEP_SIGNAL);
      await eventually(
        () => swept.removeExpired,
        (times) => times > sweeps,
      );
    }
    const ended = await service.client.workflow
      .getHandle(sweep(RETENTION_WORKFLOW).workflowId, first)
      .describe();
    expect(ended.status.name).toBe('CONTINUED_AS_NEW');
    expect(await detailsOf(RETENTION_WORKFLOW)).toMatch(
      /^Paused\. Last sweep 2.*Z: nothing found$/,
    );
  });
});
