import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { supervise, type SupervisedProcess } from '../src/process/supervise';
import { freePort } from '../src/process/ports';
import { startServers } from '../src/dev/embedded/servers';
import { FOLDER_VARIABLE } from './armedKills';
import { bucketStorage, diskStorage, type Storage } from './storage';

export type TargetKind = 'worker' | 'api' | 'temporal' | 'storage';

/** A process that is killed, and restarted by its supervisor. */
export interface Target {
  readonly kind: TargetKind;
  readonly name: string;
  /** Returns the id of the current process; 0 when none is known. */
  pid(): number;
}

/** Whether a process is one of the embedded servers, which have another supervisor than our own processes. */
export function isEmbedded({ kind }: Target): boolean {
  return kind === 'temporal' || kind === 'storage';
}

export interface Stage {
  readonly url: string;
  readonly mongodbUri: string;
  readonly temporalAddress: string;
  readonly storage: Storage;
  readonly targets: readonly Target[];
  /** Rejects when a server keeps dying. */
  readonly crashLoop: Promise<never>;
  /** Resolves when the API accepts uploads. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const WORKERS = 2;
const RESTART_MS = 300;
/** By default a run continues as new after thousands of events, which is too rare for a chaos run. */
const EVENTS_PER_RUN = 150;

/** The service's settings. Times are short where the default would only make the chaos run longer. */
const SETTINGS = {
  ALLOWED_NETWORKS: `${HOST}/32`,
  DOWNLOAD_TIMEOUT_MS: '5000',
  // A download that is paused with its worker may fail as an attempt. Enough attempts must remain.
  IMAGE_MAX_ATTEMPTS: '10',
  IMAGE_RETRY_INITIAL_MS: '200',
  WEBHOOK_RETRY_INITIAL_MS: '200',
  LOG_LEVEL: 'info',
  MALLOC_ARENA_MAX: '2',
};

interface StageOptions {
  /** Contains all data and logs. */
  readonly folder: string;
  readonly webhookSecret: string;
  /** Whether files are in object storage. */
  readonly withS3: boolean;
  readonly stopping: Promise<unknown>;
}

/**
 * Starts embedded servers, the API and two workers, each as a process that is always restarted. With object storage,
 * each process has a separate `DATA_DIR`.
 */
export async function startChaosCluster({
  folder,
  webhookSecret,
  withS3,
  stopping,
}: StageOptions): Promise<Stage> {
  const log = () => undefined;
  const servers = await startServers({
    dataDir: folder,
    config: { EMBEDDED_TEMPORAL_PORT: 0, EMBEDDED_UI_PORT: 0, EMBEDDED_MONGODB_PORT: 0 },
    given: {},
    ...(withS3 && { objectStorage: { port: 0 } }),
    log,
    stopping,
    dynamicConfig: [`limit.historyCount.suggestContinueAsNew=${EVENTS_PER_RUN}`],
  });
  const port = await freePort('the API', 'PORT', 0, log);
  const url = `http://${HOST}:${port}`;
  const env = {
    ...SETTINGS,
    HOST,
    PORT: String(port),
    PUBLIC_URL: '',
    ...servers.clientEnv,
    WEBHOOK_SECRET: webhookSecret,
    [FOLDER_VARIABLE]: folder,
  };
  const processes: SupervisedProcess[] = [];

  function start(kind: 'worker' | 'api', name: string): Target {
    let pid = 0;
    const program = path.join(__dirname, '..', 'src', 'bin', `${kind}.js`);
    const supervised = supervise(
      {
        name,
        command: process.execPath,
        args: ['--require', path.join(__dirname, 'killPoints.js'), program],
        env: { ...env, DATA_DIR: withS3 ? path.join(folder, `data-${name}`) : folder },
        logFile: path.join(folder, `${name}.log`),
        restartMs: RESTART_MS,
        onSpawn: (spawned) => (pid = spawned),
      },
      log,
    );
    processes.push(supervised);
    return { kind, name, pid: () => pid };
  }

  const targets: Target[] = [
    start('api', 'api'),
    ...Array.from({ length: WORKERS }, (_, index) => start('worker', `worker-${index + 1}`)),
    { kind: 'temporal', name: 'temporal', pid: () => embeddedPid(folder, 'Temporal server') },
    ...(withS3
      ? [{ kind: 'storage', name: 'storage', pid: () => embeddedPid(folder, 'S3 server') } as const]
      : []),
  ];
  return {
    url,
    mongodbUri: servers.mongodbUri,
    temporalAddress: servers.temporalAddress,
    storage:
      servers.objectStorage === null ? diskStorage(folder) : bucketStorage(servers.objectStorage),
    targets,
    crashLoop: servers.crashLoop,
    async ready() {
      for (;;) {
        const answer = await fetch(`${url}/health/ready`).catch(() => null);
        await answer?.body?.cancel();
        if (answer?.ok === true) return;
        await sleep(100);
      }
    },
    async stop() {
      await Promise.all(processes.map((one) => one.stop()));
      await servers.stop();
    },
  };
}

/** Reads the process id from the file in which the embedded servers record it (src/dev/embedded/orphans.ts). */
function embeddedPid(folder: string, server: string): number {
  const file = path.join(folder, 'embedded', 'servers.json');
  const pids = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number | undefined>;
  return pids[server] ?? 0;
}
