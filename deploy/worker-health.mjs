/**
 * The worker's health check in a container. A worker has no health endpoint, so Temporal is asked whether a
 * worker of this host polled its task queues recently. A long poll lasts a minute at most.
 */
import { hostname } from 'node:os';
import { createRequire } from 'node:module';
import { Connection } from '@temporalio/client';

const require = createRequire(import.meta.url);
const { readConfig } = require('../dist/src/config.js');
const { temporalSettings } = require('../dist/src/temporal/settings.js');
const { imagesTaskQueueOf, webhooksTaskQueueOf } = require('../dist/workflows/names.js');

const RECENT_MS = 90_000;
const ACTIVITY = 2; // temporal.api.enums.v1.TaskQueueType

const config = readConfig();
const { connection: address, namespace } = temporalSettings(config);
const connection = await Connection.connect({ ...address, connectTimeout: '5s' });
const taskQueue = config.TEMPORAL_TASK_QUEUE;
const idle = [];
for (const name of [taskQueue, imagesTaskQueueOf(taskQueue), webhooksTaskQueueOf(taskQueue)]) {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
    taskQueueType: ACTIVITY,
  });
  const polled = pollers.some(
    ({ identity, lastAccessTime }) =>
      identity.endsWith(`@${hostname()}`) &&
      Number(lastAccessTime.seconds) * 1000 > Date.now() - RECENT_MS,
  );
  if (!polled) idle.push(name);
}
await connection.close();
if (idle.length > 0) {
  console.error(`Expected a worker of ${hostname()} at ${idle.join(' and ')}, found none`);
  process.exitCode = 1;
}
