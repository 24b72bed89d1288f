import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ActivityDependencies } from '../../activities/dependencies';
import { readConfig } from '../../src/config';
import { openTestPipeline } from './pipeline';
import { createDispatcher } from '../../src/network/dispatcher';
import { createTargetPolicy } from '../../src/network/targets';
import { NO_OWN_SERVERS } from './targets';
import { openRecords } from '../../src/records/open';
import type { ImageRecord, RequestRecord, RowRecord } from '../../src/records/types';
import { createOperations } from '../../src/requests/operations';
import { openFileStore } from '../../src/storage/open';
import { createLogger } from '../../src/telemetry/logger';
import { createWorkerMetrics } from '../../src/telemetry/metrics/worker';
import { createRuns } from '../../src/temporal/runs';
import { createWebhookSender } from '../../src/webhooks/send';
import { requestRecord } from './recorded';

/** Sets up the dependencies of activities for a test file: on the suite's MongoDB, with a temporary data folder. */
export function startActivityStage(env: Record<string, string> = {}) {
  const closing: (() => Promise<unknown>)[] = [];
  let deps: ActivityDependencies;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
    const environment = { DATA_DIR: dataDir, PUBLIC_URL: 'http://service.example', ...env };
    const config = readConfig(environment);
    const logger = createLogger('silent', 'test');
    const database = `activities-${randomUUID()}`.slice(0, 30);
    const uri = (process.env['TEST_MONGODB_URI'] ?? '').replace(/[^/]*$/, database);
    const records = await openRecords(uri);
    const files = openFileStore(config);
    const dispatcher = createDispatcher(createTargetPolicy(config, NO_OWN_SERVERS));
    // No Temporal server: whatever needs a run is tested with a service.
    const runs = createRuns(
      { connection: { address: '127.0.0.1:1' }, namespace: 'default' },
      'none',
    );
    const metrics = createWorkerMetrics();
    const pipeline = await openTestPipeline(environment, { files, logger, metrics });
    deps = {
      config,
      logger,
      records,
      files,
      pipeline,
      sender: createWebhookSender(config, dispatcher),
      operations: createOperations({
        config,
        logger,
        records,
        files,
        runs,
      }),
      tellRecorded: runs.tellRecorded,
      metrics,
      searchAttributes: true,
    };
    closing.push(
      () => records.close(),
      () => dispatcher.close(),
      () => {
        pipeline.close();
        return Promise.resolve();
      },
      () => runs.close(),
      () => rm(dataDir, { recursive: true, force: true }),
    );
  });

  afterAll(() => Promise.all(closing.map((close) => close())));

  /** Records a request that is being processed. @returns its id */
  async function recorded(
    change: Partial<RequestRecord> = {},
    images: (requestId: string) => readonly ImageRecord[] = () => [],
    rows: (requestId: string) => readonly RowRecord[] = () => [],
  ): Promise<string> {
    const _id = randomUUID();
    await deps.records.requests.create(requestRecord({ _id, ...change }));
    await deps.records.images.insert(images(_id));
    await deps.records.rows.insert(rows(_id));
    return _id;
  }

  return {
    get deps() {
      return deps;
    },
    get dataDir() {
      return dataDir;
    },
    recorded,
  };
}
