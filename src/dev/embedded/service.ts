import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../process/main';
import { supervise } from '../../process/supervise';

export interface ServiceOptions {
  /** Where the API will listen. */
  readonly url: string;
  /** Beside our own environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Where logs go; otherwise to our stderr. */
  readonly logFile?: string;
  readonly log: Log;
  /** When it resolves, readiness is no longer waited for. */
  readonly stopping: Promise<unknown>;
}

export interface Service {
  readonly crashLoop: Promise<never>;
  stop(): Promise<void>;
}

const POLL_MS = 100;

/** glibc's allocator keeps what many threads freed; two arenas keep a worker's memory flat (facts of sharp). */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2' };

/**
 * Starts API and worker, each a process that is kept running; resolves when uploads can be taken, or when
 * it is to stop before.
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
  const givenUp = Promise.race([api.crashLoop, worker.crashLoop]);
  givenUp.catch(() => undefined);
  const stop = async () => {
    await Promise.all([api.stop(), worker.stop()]);
  };
  try {
    await Promise.race([givenUp, ready(url), stopping]);
    return { crashLoop: givenUp, stop };
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
