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
import { imagesTaskQueueOf, sheetsTaskQueueOf, webhooksTaskQueueOf } from '../../workflows/names';

/**
 * How long running activities may continue after SIGTERM before they are handed over to another worker. Longer than an
 * image takes, and shorter than the grace period of container platforms (30 s).
 */
const SHUTDOWN_GRACE = '10 seconds';

/**
 * Slices that a worker holds at once. They are cheap while they wait for hosts, and those of hosts that hang must not
 * keep out others: a request has at most 164 in flight (`REQUEST_WINDOW` and the images that are retried alone).
 * Measured with 20 images beside five uploads of 3,000 links on hosts that hang: with 128 slots not finished after two
 * minutes, with 1,024 in 3.5 seconds; alone they take 2.3 seconds.
 */
const MAX_SLICES = 1024;

/** Webhooks that a worker sends at once. They wait for receivers and take hardly any CPU. */
const MAX_DELIVERIES = 200;

/** Large sheets that a worker records at once. Each takes up to 60 MB of memory, and minutes of MongoDB. */
const MAX_SHEETS = 4;

/** A cancellation arrives with the response to a heartbeat, so at most this much later. */
const MAX_HEARTBEAT_THROTTLE = '1 second';

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** The path of the bundle that `npm run build` writes. */
  readonly workflowBundle: string;
  readonly activities: Activities;
  readonly config: Pick<Config, 'TEMPORAL_TASK_QUEUE'>;
  /** Without it, the server does not distinguish releases. */
  readonly deploymentVersion?: WorkerDeploymentVersion | undefined;
}

/**
 * Creates four workers in one process: for workflows and quick activities, for images, for large sheets, and for webhooks.
 * A machine that is busy with images still records outcomes, and receivers that hang delay only webhooks.
 */
export async function createWorkers(options: WorkerOptions): Promise<readonly Worker[]> {
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
      maxConcurrentActivityTaskExecutions: MAX_SLICES,
    }),
    Worker.create({
      ...shared,
      taskQueue: sheetsTaskQueueOf(taskQueue),
      maxConcurrentActivityTaskExecutions: MAX_SHEETS,
    }),
    Worker.create({
      ...shared,
      taskQueue: webhooksTaskQueueOf(taskQueue),
      maxConcurrentActivityTaskExecutions: MAX_DELIVERIES,
    }),
  ]);
}

/**
 * Runs move to a new release as soon as it is the current one: delivering a webhook may take three days, and no old
 * worker should have to run for so long. The replay of recorded histories (test/workflows/histories.test.ts) checks
 * that new code can continue them.
 */
function versioned(version: WorkerDeploymentVersion): WorkerDeploymentOptions {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' };
}

/**
 * Writes the SDK's log lines to our log and, with an address, serves its metrics there. Call it before the first
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

/** Has units in the names and uses seconds throughout, as our own metrics do. */
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
