import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { supervise, type SupervisedProcess } from '../src/process/supervise';
import { freePort } from '../src/process/ports';
import { startServers } from '../src/dev/embedded/servers';
import { say } from '../src/process/main';

export type Service = 'api' | 'worker';

export interface Bench {
  readonly url: string;
  readonly originUrl: string;
  readonly mongodbUri: string;
  readonly folder: string;
  /** Resident memory of a process, in MiB. */
  memoryOf(name: Service): number;
  /** Ids of all processes of a service since the start; more than one when it has died. */
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
}

const HOST = '127.0.0.1';
const READY_MS = 60_000;

/**
 * Starts embedded servers, services and an origin, each in a separate process, as in production.
 *
 * @param services without a worker, requests are accepted but not processed
 */
export async function startBench(
  services: readonly Service[],
  {
    env = {},
    origin: originScript = path.join(__dirname, 'origin.js'),
    objectStorage = false,
  }: BenchSettings = {},
): Promise<Bench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-bench-'));
  const servers = await startServers({
    dataDir: folder,
    config: { EMBEDDED_TEMPORAL_PORT: 0, EMBEDDED_UI_PORT: 0, EMBEDDED_MONGODB_PORT: 0 },
    given: {},
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
    mongodbUri: servers.mongodbUri,
    folder,
    memoryOf: (name) => residentMemory(pids.get(name)?.at(-1) ?? 0),
    pidsOf: (name) => pids.get(name) ?? [],
    async stop() {
      origin.kill();
      await Promise.all(processes.map((one) => one.stop()));
      await servers.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ready(url: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.ok === true) return;
    if (Date.now() > deadline) throw new Error(`${url} was not ready within ${READY_MS} ms`);
    await sleep(100);
  }
}

function residentMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
