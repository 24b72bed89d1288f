import path from 'node:path';
import { freePort } from '../../process/ports';
import type { ObjectStorage } from '../embedded/objectStorage';
import { startServers } from '../embedded/servers';
import { startService } from '../embedded/service';

export interface StageOptions {
  /** Contains data and logs. */
  readonly folder: string;
  /** Whether files are in object storage. */
  readonly withS3: boolean;
  readonly webhookSecret: string;
  /** Further settings of the service. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
  readonly stopping: Promise<unknown>;
}

export interface Stage {
  readonly apiUrl: string;
  /** Says where the images of a request are, in one or more lines. */
  readonly picturesOf: (requestId: string) => readonly [string, ...string[]];
  /** Rejects when a process keeps dying. */
  readonly crashLoop: Promise<never>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Where the demo's own origin and receiver listen. */
const OWN_NETWORK = `${HOST}/32`;

/**
 * Starts the whole service for one demo: embedded servers, API and worker, at free ports and with their own data. It is
 * isolated from other services on the machine.
 */
export async function startDemo(options: StageOptions): Promise<Stage> {
  const { folder, log } = options;
  const dataDir = path.join(folder, 'data');
  const servers = await startServers({
    dataDir,
    config: { EMBEDDED_TEMPORAL_PORT: 0, EMBEDDED_UI_PORT: 0, EMBEDDED_MONGODB_PORT: 0 },
    given: {},
    ...(options.withS3 && { objectStorage: { port: 0 } }),
    log,
    stopping: options.stopping,
  });
  try {
    const port = await freePort('the API', 'PORT', 0, log);
    const apiUrl = `http://${HOST}:${port}`;
    const service = await startService({
      url: apiUrl,
      env: {
        ...withoutForeignSettings(process.env),
        ...servers.clientEnv,
        HOST,
        PORT: String(port),
        TEMPORAL_UI_URL: servers.temporalUi ?? '',
        DATA_DIR: dataDir,
        ALLOWED_NETWORKS: [process.env['ALLOWED_NETWORKS'] ?? '', OWN_NETWORK].join(','),
        WEBHOOK_SECRET: options.webhookSecret,
        ...options.env,
      },
      logFile: path.join(folder, 'service.log'),
      log,
      stopping: options.stopping,
    });
    return {
      apiUrl,
      picturesOf: (requestId) => picturesOf(requestId, dataDir, servers.objectStorage),
      crashLoop: Promise.race([service.crashLoop, servers.crashLoop]),
      async stop() {
        await service.stop();
        await servers.stop();
      },
    };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

function picturesOf(
  requestId: string,
  dataDir: string,
  storage: ObjectStorage | null,
): readonly [string, ...string[]] {
  if (storage === null) return [path.join(dataDir, 'files', requestId)];
  return [
    `${storage.url}/files/${requestId}/`,
    `on the S3 server, whose files are in ${storage.bucketFolder}`,
  ];
}

/** Clears variables that the shell may have set for another service. Limits and retries are kept. */
function withoutForeignSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(TEMPORAL_TASK_QUEUE|API_KEYS|PUBLIC_URL|WEBHOOK_URL|SAMPLE_FILE|STORAGE_\w+)$/;
  const names = Object.keys(environment).filter((name) => foreign.test(name));
  return Object.fromEntries(names.map((name) => [name, '']));
}
