import { createServer, type RequestListener } from 'node:http';
import { createApp } from './api/app';
import { createStartingApp } from './api/starting';
import { readConfig } from './config';
import { createFileStore } from './files/store';
import { createLogger } from './logger';
import { openRecords } from './records/open';
import { mongodbUri } from './records/uri';
import { acceptUpload } from './requests/accept';
import { createStatus } from './requests/status';
import { untilConnected } from './startup';
import { createRuns } from './temporal/runs';
import { temporalSettings } from './temporal/settings';

/** Uploads under way may finish after SIGTERM for this long. */
const DRAIN_MS = 25_000;

/** `npm run api`: listens at once, answers 503 until MongoDB is reached, and drains on SIGTERM. */
async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger(config.LOG_LEVEL, 'api');
  const runs = createRuns(temporalSettings(config), config.TEMPORAL_TASK_QUEUE);
  let answer: RequestListener = createStartingApp().callback();
  const server = createServer((request, response) => {
    answer(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.PORT, config.HOST, resolve);
  });

  const stop = (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'The API finishes what is under way');
    setTimeout(() => process.exit(0), DRAIN_MS).unref();
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);

  const records = await untilConnected('MongoDB', () => openRecords(mongodbUri(config)), logger);
  const files = createFileStore(config.DATA_DIR);
  await files.clearSpool();
  const deps = { config, logger, records, runs };
  answer = createApp({
    config,
    logger,
    records,
    files,
    requests: { accept: (upload) => acceptUpload(deps, upload), status: createStatus(deps) },
    health: { mongodb: () => records.ping(), temporal: () => runs.ping() },
  }).callback();
  logger.info({ url: config.PUBLIC_URL }, 'The API is ready');
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
});
