import {
  DefaultLogger,
  type NativeConnection,
  Runtime,
  Worker,
  type LogLevel,
  type WorkerDeploymentOptions,
  type TelemetryOptions,
} from '@temporalio/worker';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { Activities } from '../../activities/types';
import type { Config } from '../config';
import type { Logger } from '../telemetry/logger';
import { imagesTaskQueueOf } from '../../workflows/names';

/**
 * How long running activities may go on after SIGTERM, before they are handed to another worker. Longer
 * than an image takes, shorter than the grace that container platforms give (30 s).
 */
const SHUTDOWN_GRACE = '10 seconds';

/**
 * Slices a worker holds at once, as a multiple of the images it works on: slices of a slow host mostly
 * wait, and must not take every place from those of quick ones.
 */
const SLICES_PER_IMAGE = 4;

/** Cancellation arrives with the answer to a heartbeat: at most this much later. */
const MAX_HEARTBEAT_THROTTLE = '1 second';

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Of the file that `npm run build` packs. */
  readonly workflowBundle: string;
  readonly activities: Activities;
  readonly config: Pick<Config, 'TEMPORAL_TASK_QUEUE' | 'IMAGE_CONCURRENCY'>;
  /** Absent: the server does not tell releases apart. */
  readonly deploymentVersion?: WorkerDeploymentVersion | undefined;
}

/**
 * Two workers in one process: one for workflows and quick activities, one for images, so that a machine
 * busy with pixels still records outcomes and delivers webhooks.
 *
 * @returns runs until the workers are shut down; rejects when one of them fails
 */
export async function createWorkers(options: WorkerOptions): Promise<readonly [Worker, Worker]> {
  const { connection, namespace, workflowBundle, activities, config, deploymentVersion } = options;
  const taskQueue = config.TEMPORAL_TASK_QUEUE;
  const shared = {
    connection,
    namespace,
    activities,
    ...(deploymentVersion && { workerDeploymentOptions: versioned(deploymentVersion) }),
    shutdownGraceTime: SHUTDOWN_GRACE,
    maxHeartbeatThrottleInterval: MAX_HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: MAX_HEARTBEAT_THROTTLE,
  };
  return Promise.all([
    Worker.create({ ...shared, taskQueue, workflowBundle: { codePath: workflowBundle } }),
    Worker.create({
      ...shared,
      taskQueue: imagesTaskQueueOf(taskQueue),
      maxConcurrentActivityTaskExecutions: SLICES_PER_IMAGE * config.IMAGE_CONCURRENCY,
    }),
  ]);
}

/**
 * Runs go over to a new release as soon as it is the current one: a webhook may be tried for three days, and
 * no old worker should have to live for so long. That new code can take them up is what the recorded
 * histories are replayed for (test/workflows/histories.test.ts).
 */
function versioned(version: WorkerDeploymentVersion): WorkerDeploymentOptions {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' };
}

/**
 * The SDK's log lines among ours and, with an address, its metrics served there. Call before the first
 * connection.
 */
export function installRuntime(logger: Logger, metricsAddress?: string): void {
  const levels: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
    TRACE: 'trace',
    DEBUG: 'debug',
    INFO: 'info',
    WARN: 'warn',
    ERROR: 'error',
  };
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      logger[levels[level]]({ ...meta }, message);
    }),
    ...(metricsAddress === undefined ? {} : { telemetryOptions: prometheusAt(metricsAddress) }),
  });
}

/** Units in names, seconds throughout: as ours are. */
function prometheusAt(bindAddress: string): TelemetryOptions {
  return {
    metrics: {
      prometheus: {
        bindAddress,
        countersTotalSuffix: true,
        unitSuffix: true,
        useSecondsForDurations: true,
      },
    },
  };
}
