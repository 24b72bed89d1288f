import path from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities';
import { readConfig } from './config';
import { createFileStore } from './files/store';
import { createImagePipeline } from './images/pipeline';
import { createLogger } from './logger';
import { runMain, stopWithParent } from './main';
import { createDispatcher } from './network/dispatcher';
import { openRecords } from './records/open';
import { untilConnected } from './startup';
import { ensureSearchAttributes } from './temporal/searchAttributes';
import { mongodbUri } from './records/uri';
import { temporalSettings } from './temporal/settings';
import { createWorkers, logThroughPino } from './temporal/worker';
import { createWebhookSender } from './webhooks/send';

/** `npm run worker`: works on requests until SIGTERM or SIGINT, which the SDK turns into a drain. */
runMain(async () => {
  const config = readConfig();
  const logger = createLogger(config.LOG_LEVEL, 'worker');
  logThroughPino(logger);
  stopWithParent();

  const records = await untilConnected('MongoDB', () => openRecords(mongodbUri(config)), logger);
  const { connection: address, namespace } = temporalSettings(config);
  const connection = await untilConnected(
    'Temporal',
    () => NativeConnection.connect(address),
    logger,
  );
  const dispatcher = createDispatcher(config);
  const activities = createActivities({
    config,
    logger,
    records,
    files: createFileStore(config.DATA_DIR),
    pipeline: createImagePipeline(config, dispatcher),
    sender: createWebhookSender(config, dispatcher),
    searchAttributes: await ensureSearchAttributes(connection, namespace, logger),
  });
  const workers = await createWorkers({
    connection,
    namespace,
    workflowBundle: path.join(__dirname, '..', 'workflow-bundle.js'),
    activities,
    config,
  });
  logger.info({ task_queue: config.TEMPORAL_TASK_QUEUE }, 'The worker is ready');
  await Promise.all(workers.map((worker) => worker.run()));
  await Promise.all([connection.close(), records.close(), dispatcher.close()]);
  logger.info('The worker has stopped');
});
