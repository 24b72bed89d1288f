import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServers } from '../src/dev/embedded/servers';
import { say } from '../src/process/main';
import { freePort } from '../src/process/ports';
import { supervise, type SupervisedProcess } from '../src/process/supervise';
import type { Installation } from './cpu';
import { until } from './until';

export type Service = 'api' | 'worker';

export interface Bench extends Installation {
  readonly url: string;
  readonly originUrl: string;
  readonly temporalAddress: string;
  readonly mongodbUri: string;
  /** Ids of all processes of a service since the start; more than its instances when one has died. */
  pidsOf(name: Service): readonly number[];
  stop(): Promise<void>;
}

export interface BenchSettings {
  /** Variables of API and worker, in addition to the usual ones. */
  readonly env?: NodeJS.ProcessEnv;
  /** Path of a compiled script that prints the address of its server. */
  readonly origin?: string;
  /** Whether files are kept on an S3 server. API and worker then share no folder. */
  readonly objectStorage?: boolean;
  /** Of a server that is used instead of the embedded one. */
  readonly mongodbUri?: string;
}

const HOST = '127.0.0.1';
const READY_MS = 60_000;
const READY_POLL_MS = 100;
/** The writes of the measures are not to be refused for their number. */
const WRITES_PER_MINUTE = 100_000;

/**
 * Starts embedded servers, services and an origin, each in a separate process, as in production.
 *
 * @param services without a worker, requests are accepted but not processed; each `worker` is one more
 */
export async function startBench(
  services: readonly Service[],
  {
    env = {},
    origin: originScript = path.join(__dirname, 'origin.js'),
    objectStorage = false,
    mongodbUri,
  }: BenchSettings = {},
): Promise<Bench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-bench-'));
  const servers = await startServers({
    dataDir: folder,
    config: { EMBEDDED_TEMPORAL_PORT: 0, EMBEDDED_UI_PORT: 0, EMBEDDED_MONGODB_PORT: 0 },
    given: mongodbUri === undefined ? {} : { mongodbUri },
    ...(objectStorage && { objectStorage: { port: 0 } }),
    log: say,
  });
  const port = await freePort('the API', 'PORT', 0, say);
  const url = `http://${HOST}:${port}`;
  const pids = new Map<Service, number[]>(services.map((name) => [name, []]));
  const processes = services.map((name): SupervisedProcess =>
    supervise(
      {
        name,
        command: process.execPath,
        args: [path.join(__dirname, '..', 'src', 'bin', `${name}.js`)],
        env: {
          HOST,
          PORT: String(port),
          PUBLIC_URL: '',
          DATA_DIR: objectStorage ? path.join(folder, name) : folder,
          ...servers.clientEnv,
          ALLOWED_NETWORKS: `${HOST}/32`,
          LOG_LEVEL: 'warn',
          METRICS_PORT: '0',
          MALLOC_ARENA_MAX: '2',
          RATE_LIMIT_WRITES_PER_MINUTE: String(WRITES_PER_MINUTE),
          ...env,
        },
        logFile: path.join(folder, `${name}.log`),
        onSpawn: (pid) => pids.get(name)?.push(pid),
      },
      say,
    ),
  );
  const origin = spawn(process.execPath, [originScript], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(origin.stdout, 'data')) as [Buffer];
  await ready(url);
  return {
    url,
    originUrl: line.toString().trim(),
    temporalAddress: servers.temporalAddress,
    mongodbUri: servers.mongodbUri,
    folder,
    pidsOf: (name) => pids.get(name) ?? [],
    async stop() {
      origin.kill();
      await Promise.all(processes.map((one) => one.stop()));
      await servers.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the work on an installation of its own, and stops it. */
export async function withBench<T>(
  services: readonly Service[],
  settings: BenchSettings,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const bench = await startBench(services, settings);
  try {
    return await work(bench);
  } finally {
    await bench.stop();
  }
}

function ready(url: string): Promise<void> {
  const isReady = async () => (await fetch(`${url}/health/ready`).catch(() => null))?.ok === true;
  return until(`${url} to be ready`, READY_POLL_MS, isReady, READY_MS);
}
