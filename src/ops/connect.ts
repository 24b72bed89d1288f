import { isGrpcDeadlineError } from '@temporalio/client';
import type { Config } from '../config';
import { messageOf, Refusal } from '../errors';
import { openFileStore } from '../storage/open';
import { createLogger } from '../telemetry/logger';
import { openRecords } from '../records/open';
import { mongodbUri } from '../records/uri';
import { createOperations, type Operations } from '../requests/operations';
import { createRuns, type Runs } from '../temporal/runs';
import { temporalSettings } from '../temporal/settings';

/** For commands that change something: both servers must answer. */
export function withServers<T>(
  config: Config,
  work: (operations: Operations) => Promise<T>,
): Promise<T> {
  return withTemporal(config, (runs) => withRecords(config, runs, work));
}

/** For commands that only read: they work from the records while Temporal is down. */
export async function withRecordsOnly<T>(
  config: Config,
  work: (operations: Operations) => Promise<T>,
): Promise<T> {
  const runs = runsOf(config);
  try {
    return await withRecords(config, runs, work);
  } finally {
    await runs.close();
  }
}

/** @throws Refusal `unavailable` with the server's address and the variable that sets it */
export async function withTemporal<T>(
  config: Config,
  work: (runs: Runs) => Promise<T>,
): Promise<T> {
  const runs = runsOf(config);
  try {
    await runs.ping().catch((error: unknown) => {
      const { address = '' } = temporalSettings(config).connection;
      const reason = isGrpcDeadlineError(error) ? 'no answer in time' : messageOf(error);
      throw unavailable('Temporal', address, 'TEMPORAL_ADDRESS', reason);
    });
    return await work(runs);
  } finally {
    await runs.close();
  }
}

async function withRecords<T>(
  config: Config,
  runs: Runs,
  work: (operations: Operations) => Promise<T>,
): Promise<T> {
  const uri = mongodbUri(config);
  const records = await openRecords(uri).catch((error: unknown) => {
    throw unavailable('MongoDB', hostsOf(uri), 'MONGODB_URI', messageOf(error));
  });
  try {
    const files = openFileStore(config);
    // The command prints its result and throws its errors; log lines would only repeat them.
    const logger = createLogger('silent', 'ops');
    const operations = createOperations({
      config,
      logger,
      records,
      files,
      runs,
    });
    return await work(operations);
  } finally {
    await records.close();
  }
}

function runsOf(config: Config): Runs {
  return createRuns(temporalSettings(config), config.TEMPORAL_TASK_QUEUE);
}

function unavailable(server: string, address: string, variable: string, reason: string): Refusal {
  return new Refusal(
    'unavailable',
    `${server} at ${address} does not answer (${reason}); ` +
      `start the service (npm start), or set ${variable} to the server that it uses`,
  );
}

/** Returns the hosts of a URI, without user and password. */
function hostsOf(uri: string): string {
  return uri.replace(/^mongodb(\+srv)?:\/\//, '').replace(/^[^/]*@|[/?].*$/g, '');
}
