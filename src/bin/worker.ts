import path from 'node:path';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { keepMemoryLevel } from '../process/memory';
import { readConfig, type Config } from '../config';
import { probe } from '../process/ports';
import { namedStorageEndpoint } from '../storage/endpoint';
import { openFileStore } from '../storage/open';
import { openImagePipeline } from '../pipeline/start';
import { createLogger, type Logger } from '../telemetry/logger';
import { runMain, stopWithParent, tellReady } from '../process/main';
import { listenForScrapes, type ScrapeListener } from '../telemetry/metrics/listen';
import { expose, watchProcess } from '../telemetry/metrics/registry';
import { withSdkMetrics } from '../telemetry/metrics/sdk';
import { createWorkerMetrics, type WorkerMetrics } from '../telemetry/metrics/worker';
import { createDispatcher } from '../network/dispatcher';
import { createOwnServers, ownEndpointsOf, type Endpoint } from '../network/ownServers';
import { createTargetPolicy } from '../network/targets';
import { openRecords } from '../records/open';
import { connectWithRetry } from '../process/connectWithRetry';
import { ensureSearchAttributes } from '../temporal/searchAttributes';
import { mongodbUri } from '../records/uri';
import { temporalSettings } from '../temporal/settings';
import { createOperations } from '../requests/operations';
import { createRuns } from '../temporal/runs';
import { keepSweeps } from '../temporal/sweeps';
import { packageVersion } from '../process/version';
import { reportWorker } from '../system/report';
import { createWorkers, installRuntime } from '../temporal/worker';
import { createWebhookSender } from '../webhooks/send';

/** `npm run worker`: processes requests until SIGTERM or SIGINT, at which the SDK drains the worker. */
runMain(async () => {
  stopWithParent();
  const config = readConfig();
  const logger = createLogger(config.LOG_LEVEL, 'worker');
  const metrics = createWorkerMetrics();
  const { scrapes, endpoints: metricsEndpoints } = await serveMetrics(config, metrics, logger);
  await keepMemoryLevel(logger);
  // The SDK handles the signals once its workers run. Until then there is no work to drain.
  const exitNow = () => process.exit(0);
  process.on('SIGTERM', exitNow).on('SIGINT', exitNow);

  const records = await connectWithRetry('MongoDB', () => openRecords(mongodbUri(config)), logger);
  const { connection: address, namespace } = temporalSettings(config);
  const connection = await connectWithRetry(
    'Temporal',
    () => NativeConnection.connect(address),
    logger,
  );
  const runs = createRuns({ connection: address, namespace }, config.TEMPORAL_TASK_QUEUE);
  const files = openFileStore(config, metrics.storageRequested);
  const own = ownEndpointsOf(
    config,
    address.address ?? '',
    mongodbUri(config),
    namedStorageEndpoint(),
    metricsEndpoints,
  );
  const dispatcher = createDispatcher(createTargetPolicy(config, createOwnServers(own)));
  const pipeline = await openImagePipeline({
    config,
    environment: process.env,
    scripts: __dirname,
    own,
    files,
    logger,
    metrics,
  });
  const activities = createActivities({
    config,
    logger,
    records,
    files,
    operations: createOperations({
      config,
      logger,
      records,
      files,
      runs,
    }),
    pipeline,
    tellRecorded: runs.tellRecorded,
    sender: createWebhookSender(config, dispatcher),
    metrics,
    searchAttributes: await ensureSearchAttributes(connection, namespace, logger),
  });
  const workers = await createWorkers({
    connection,
    namespace,
    workflowBundle: path.join(__dirname, '..', '..', 'workflow-bundle.js'),
    activities,
    config,
    deploymentVersion: deploymentVersionOf(config),
  });
  process.off('SIGTERM', exitNow).off('SIGINT', exitNow);
  const stopSweepChecks = await keepSweeps(runs, logger);
  logger.info(
    { task_queue: config.TEMPORAL_TASK_QUEUE, deployment: config.WORKER_DEPLOYMENT },
    'The worker is ready',
  );
  const stopReports = reportWorker({ records, pipeline, version: packageVersion(), logger });
  tellReady();
  await Promise.all(workers.map((worker) => worker.run()));
  pipeline.close();
  await Promise.all([stopSweepChecks(), stopReports()]);
  await Promise.all([
    connection.close(),
    runs.close(),
    records.close(),
    dispatcher.close(),
    scrapes?.close(),
  ]);
  logger.info('The worker has stopped');
});

/** Returns the release of this worker, by which the server routes work to it. */
function deploymentVersionOf({ WORKER_DEPLOYMENT }: Config): WorkerDeploymentVersion | undefined {
  if (WORKER_DEPLOYMENT === undefined) return undefined;
  return { deploymentName: WORKER_DEPLOYMENT, buildId: packageVersion() };
}

interface ServedMetrics {
  readonly scrapes: ScrapeListener | null;
  /** Where they are served: the actual port, and the SDK's own. */
  readonly endpoints: readonly Endpoint[];
}

/**
 * Installs the SDK's runtime, which must happen before the SDK's first use, and serves our metrics and the SDK's. The
 * SDK serves its own at a loopback address that only this process reads.
 */
async function serveMetrics(
  config: Config,
  metrics: WorkerMetrics,
  logger: Logger,
): Promise<ServedMetrics> {
  if (config.METRICS_PORT === 0) {
    installRuntime(logger);
    return { scrapes: null, endpoints: [] };
  }
  const sdkPort = (await probe(0, '127.0.0.1')) ?? 0;
  const sdkAddress = `127.0.0.1:${sdkPort}`;
  installRuntime(logger, sdkAddress);
  watchProcess(metrics);
  const exposition = withSdkMetrics(expose(metrics.registry), sdkAddress);
  const scrapes = await listenForScrapes(config, exposition, logger);
  const endpoints = [scrapes.port, sdkPort].map((port) => ({ host: config.HOST, port }));
  return { scrapes, endpoints };
}
