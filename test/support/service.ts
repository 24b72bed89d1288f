import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { mongo } from 'mongoose';
import { createActivities } from '../../activities';
import type { Activities } from '../../activities/types';
import { createApp } from '../../src/http/app';
import { readConfig } from '../../src/config';
import { openFileStore } from '../../src/storage/open';
import { createThumbnailer } from '../../src/pipeline/thumbnailer';
import { openSpool } from '../../src/storage/spool';
import { createLogger, type Logger } from '../../src/telemetry/logger';
import { createApiMetrics } from '../../src/telemetry/metrics/api';
import { createWorkerMetrics } from '../../src/telemetry/metrics/worker';
import { createDispatcher } from '../../src/network/dispatcher';
import { createOwnServers, ownEndpointsOf } from '../../src/network/ownServers';
import { createTargetPolicy } from '../../src/network/targets';
import { openRecords } from '../../src/records/open';
import { createOperations } from '../../src/requests/operations';
import { createSheetThreads } from '../../src/requests/sheetThreads';
import { reportWorker } from '../../src/system/report';
import { createShowSystem } from '../../src/system/show';
import { createThumbnails } from '../../src/requests/thumbnails';
import { createRuns } from '../../src/temporal/runs';
import { ensureSearchAttributes } from '../../src/temporal/searchAttributes';
import { createWorkers, installRuntime } from '../../src/temporal/worker';
import { createWebhookSender } from '../../src/webhooks/send';
import { temporalSettings } from '../../src/temporal/settings';
import { listen } from './listen';
import { openTestPipeline } from './pipeline';

installRuntime(createLogger('silent', 'test'));

/** The built page. */
export const PAGE_FOLDER = path.join(__dirname, '..', '..', 'dist', 'web');

export const VERSION = '0.0.0-test';
/** More often than in production, so that no test waits. */
const REPORT_MS = 500;

export type Service = Awaited<ReturnType<typeof startService>>;

interface Options {
  readonly env?: Record<string, string>;
  /** One of the `TEST_TEMPORAL_…` variables; the main server by default. */
  readonly temporalAddress?: string | undefined;
  readonly worker?: boolean;
  /** By default, nothing is logged. */
  readonly logger?: Logger;
  /** `host:port` of a proxy between the service and the suite's MongoDB. */
  readonly mongodbHost?: string;
  /** The address of Temporal for the API only; a closed port shows how the API behaves without Temporal. */
  readonly runsAddress?: string;
  /** Wraps the real activities, to cause failures that real parts do not cause on demand. */
  readonly wrap?: (activities: Activities) => Activities;
}

/** Starts the whole service in this process: a real API and worker on the suite's servers, isolated from others. */
export async function startService(options: Options = {}) {
  const name = `test-${randomUUID()}`;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
  const server = createServer((request, response) => void answer(request, response));
  const { url, close } = await listen(server);
  const environment = {
    DATA_DIR: dataDir,
    PUBLIC_URL: url,
    PORT: new URL(url).port,
    TEMPORAL_TASK_QUEUE: name,
    ALLOWED_NETWORKS: '127.0.0.0/8',
    IMAGE_RETRY_INITIAL_MS: '20',
    WEBHOOK_RETRY_INITIAL_MS: '20',
    LOG_LEVEL: 'silent',
    // Tests hold answers back, longer than ten seconds on a busy machine.
    FIRST_BYTE_TIMEOUT_MS: '30000',
    ...options.env,
  };
  const config = readConfig(environment);
  const address = options.temporalAddress ?? process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
  const logger = options.logger ?? createLogger(config.LOG_LEVEL, 'test');
  const mongodbUri = (process.env['TEST_MONGODB_URI'] ?? '').replace(/[^/]*$/, name.slice(0, 30));
  const records = await openRecords(
    options.mongodbHost === undefined
      ? mongodbUri
      : mongodbUri.replace(/(?<=^mongodb:\/\/)[^/]*/, options.mongodbHost),
  );
  const files = openFileStore(config);
  const spool = await openSpool(dataDir, config.MAX_SPOOL_BYTES);
  const { namespace } = temporalSettings(config);
  const runs = createRuns(
    { connection: { address: options.runsAddress ?? address }, namespace },
    name,
  );
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const own = ownEndpointsOf(config, address, mongodbUri);
  const targets = createTargetPolicy(config, createOwnServers(own));
  const dispatcher = createDispatcher(targets);
  const threads = createSheetThreads(
    path.join(__dirname, '..', '..', 'dist', 'src', 'requests', 'validateThread.js'),
  );
  const { validate } = threads;
  const operations = createOperations({
    config,
    logger,
    records,
    files,
    runs,
    validate,
  });
  const thumbnailer = createThumbnailer({
    script: path.join(__dirname, '..', '..', 'dist', 'src', 'bin', 'thumbnailProcess.js'),
    environment: { ...process.env, ...environment },
    logger,
  });
  const thumbnailFolder = await mkdtemp(path.join(dataDir, 'thumbnails-'));
  const thumbnails = createThumbnails({
    files,
    folder: thumbnailFolder,
    make: thumbnailer.make,
    logger,
  });
  const stopping = new AbortController();
  const answer = createApp({
    config,
    logger,
    files,
    thumbnails,
    spool,
    targets,
    metrics: createApiMetrics({ countByState: records.requests.countByState, logger }),
    requests: operations,
    stopping: stopping.signal,
    showSystem: createShowSystem({ config, records, version: VERSION, logger }),
    health: { mongodb: () => records.ping(), temporal: () => runs.ping() },
    pageFolder: PAGE_FOLDER,
  }).callback();

  const metrics = createWorkerMetrics();
  const pipeline = await openTestPipeline(environment, { own, files, logger, metrics });
  const activities = createActivities({
    config,
    logger,
    records,
    files,
    pipeline,
    sender: createWebhookSender(config, dispatcher),
    operations,
    tellRecorded: runs.tellRecorded,
    metrics,
    searchAttributes: await ensureSearchAttributes(connection, namespace, logger),
  });

  async function startWorker() {
    const native = await NativeConnection.connect({ address });
    const workers = await createWorkers({
      connection: native,
      namespace,
      workflowBundle: path.join(__dirname, '..', '..', 'dist', 'workflow-bundle.js'),
      activities: options.wrap?.(activities) ?? activities,
      config,
    });
    const running = Promise.all(workers.map((worker) => worker.run()));
    const stopReports = reportWorker({ records, pipeline, version: VERSION, logger }, REPORT_MS);
    return async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await stopReports();
      await native.close();
    };
  }
  let stopWorker = options.worker === false ? null : await startWorker();

  return {
    url,
    config,
    records,
    files,
    thumbnails,
    thumbnailFolder,
    spool,
    spoolDir: spool.dir,
    client,
    runs,
    operations,
    metrics,
    /** The environment of worker processes for this service. */
    workerEnv: {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_TASK_QUEUE: name,
      MONGODB_URI: mongodbUri,
      DATA_DIR: dataDir,
      PUBLIC_URL: url,
      PORT: new URL(url).port,
      METRICS_PORT: '0',
      LOG_LEVEL: 'warn',
      ALLOWED_NETWORKS: '127.0.0.0/8',
    },
    dataDir,
    /** Returns the numbers of documents, without those that are kept of removed requests. Counts without our own code. */
    async count() {
      const mongodb = new mongo.MongoClient(mongodbUri);
      const [requests, rows, images] = await Promise.all(
        ['requests', 'rows', 'images'].map((name) =>
          mongodb.db().collection(name).countDocuments({ removed_at: null }),
        ),
      );
      await mongodb.close();
      return { requests, rows, images };
    },
    /** Ends the event streams, which is how a shutdown of the API begins. */
    endStreams() {
      stopping.abort();
    },
    async stopWorker() {
      await stopWorker?.();
      stopWorker = null;
    },
    async startWorker() {
      stopWorker = await startWorker();
    },
    async stop() {
      await stopWorker?.();
      await close();
      pipeline.close();
      thumbnailer.close();
      await threads.close();
      await Promise.all([runs.close(), connection.close(), records.close(), dispatcher.close()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
