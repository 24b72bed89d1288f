import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../process/main';
import { supervise } from '../../process/supervise';

export interface ServiceOptions {
  /** Where the API will listen. */
  readonly url: string;
  /** Added to our own environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Receives the logs; without it, our stderr does. */
  readonly logFile?: string;
  readonly log: Log;
  /** Ends the wait for readiness when it resolves. */
  readonly stopping: Promise<unknown>;
}

export interface Service {
  readonly crashLoop: Promise<never>;
  stop(): Promise<void>;
}

const POLL_MS = 100;

/**
 * glibc's allocator holds on to memory that many threads freed. With two arenas a worker's memory stays flat (sharp's
 * documentation, "Memory").
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2' };

/**
 * Starts API and worker, each as a supervised process. Resolves when the API accepts uploads, or when `stopping`
 * resolves.
 */
export async function startService({
  url,
  env,
  logFile,
  log,
  stopping,
}: ServiceOptions): Promise<Service> {
  const [api, worker] = (['api', 'worker'] as const).map((name) =>
    supervise(
      {
        name,
        command: process.execPath,
        args: [path.join(__dirname, '..', '..', 'bin', `${name}.js`)],
        env: { ...ALLOCATOR, ...env },
        ...(logFile === undefined ? {} : { logFile }),
      },
      log,
    ),
  ) as [ReturnType<typeof supervise>, ReturnType<typeof supervise>];
  const crashLoop = Promise.race([api.crashLoop, worker.crashLoop]);
  crashLoop.catch(() => undefined);
  const stop = async () => {
    await Promise.all([api.stop(), worker.stop()]);
  };
  try {
    await Promise.race([crashLoop, ready(url), stopping]);
    return { crashLoop, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ready(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
    await sleep(POLL_MS);
  }
}
