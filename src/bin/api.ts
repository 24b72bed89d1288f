import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp, createStartingApp } from '../http/app';
import { limitConnections } from '../http/connections';
import { answerMalformedRequests } from '../http/malformedRequests';
import { readConfig } from '../config';
import { createOwnServers, ownEndpointsOf } from '../network/ownServers';
import { createTargetPolicy } from '../network/targets';
import { createThumbnailer } from '../pipeline/thumbnailer';
import { namedStorageEndpoint } from '../storage/endpoint';
import { openFileStore } from '../storage/open';
import { openScratch } from '../storage/scratch';
import { openSpool } from '../storage/spool';
import { createLogger } from '../telemetry/logger';
import { runMain, stopSignal, stopWithParent, tellReady } from '../process/main';
import { createApiMetrics } from '../telemetry/metrics/api';
import { watchProcess } from '../telemetry/metrics/registry';
import { openRecords } from '../records/open';
import { mongodbUri } from '../records/uri';
import { createOperations } from '../requests/operations';
import { createThumbnails } from '../requests/thumbnails';
import { createSheetThreads } from '../requests/sheetThreads';
import { connectWithRetry } from '../process/connectWithRetry';
import { packageVersion } from '../process/version';
import { createShowSystem } from '../system/show';
import { createRuns } from '../temporal/runs';
import { temporalSettings } from '../temporal/settings';

/**
 * The maximum duration of an upload: an hour is enough for 100 MiB at a quarter of a megabit a second. One that stalls
 * ends earlier: see `limitConnections`.
 */
const UPLOAD_MS = 3_600_000;
/** An idle connection is closed after this time. Recording a large file takes minutes. */
const IDLE_MS = 600_000;

/** How often Node closes connections that exceed a time limit. */
const CHECK_MS = 5_000;

/** Uploads in progress may finish within this time after SIGTERM. */
const DRAIN_MS = 25_000;

/** `npm run api`: listens at once, answers 503 until it is connected to MongoDB, and drains on SIGTERM. */
runMain(async () => {
  stopWithParent();
  const config = readConfig();
  const logger = createLogger(config.LOG_LEVEL, 'api');
  const temporal = temporalSettings(config);
  const runs = createRuns(temporal, config.TEMPORAL_TASK_QUEUE);
  let answer = createStartingApp(logger).callback();
  const server = createServer({
    requestTimeout: UPLOAD_MS,
    connectionsCheckingInterval: CHECK_MS,
  }).setTimeout(IDLE_MS);
  limitConnections(server, (request, response) => void answer(request, response));
  answerMalformedRequests(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.PORT, config.HOST, resolve);
  });

  const stopping = stopSignal();

  const connected = connectWithRetry('MongoDB', () => openRecords(mongodbUri(config)), logger);
  const records = await Promise.race([connected, stopping.then(() => null)]);
  if (records === null) return;
  const spool = await openSpool(config.DATA_DIR, config.MAX_SPOOL_BYTES);
  const temporalAddress = temporal.connection.address ?? '';
  const ownServers = createOwnServers(
    ownEndpointsOf(config, temporalAddress, mongodbUri(config), namedStorageEndpoint()),
  );
  const threads = createSheetThreads(path.join(__dirname, '..', 'requests', 'validateThread.js'));
  const streams = new AbortController();
  const metrics = createApiMetrics({ countByState: records.requests.countByState, logger });
  watchProcess(metrics);
  const files = openFileStore(config, metrics.storageRequested);
  const thumbnailer = createThumbnailer({
    script: path.join(__dirname, 'thumbnailProcess.js'),
    environment: process.env,
    logger,
  });
  answer = createApp({
    config,
    logger,
    files,
    thumbnails: createThumbnails({
      files,
      folder: await openScratch(path.join(config.DATA_DIR, 'thumbnails')),
      make: thumbnailer.make,
      logger,
    }),
    spool,
    metrics,
    targets: createTargetPolicy(config, ownServers),
    requests: createOperations({
      config,
      logger,
      records,
      files,
      runs,
      validate: threads.validate,
    }),
    stopping: streams.signal,
    showSystem: createShowSystem({ config, records, version: packageVersion(), logger }),
    health: { mongodb: () => records.ping(), temporal: () => runs.ping() },
    pageFolder: path.join(__dirname, '..', '..', 'web'),
  }).callback();
  logger.info({ url: config.PUBLIC_URL }, 'The API is ready');
  tellReady();

  const signal = await stopping;
  logger.info({ signal }, 'The API is finishing the calls in progress');
  streams.abort();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await Promise.race([closed, sleep(DRAIN_MS)]);
  thumbnailer.close();
});
