import type { ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import { ProcessDied } from '../errors';
import { DOWNLOAD_STAGES, type DownloadStage } from '../images/downloadQueue';
import type { FairKey } from '../images/fairSemaphore';
import type { CoolingHost } from '../images/hostCooldowns';
import type { OwnEndpoints } from '../network/ownServers';
import { forkScript } from '../process/forkScript';
import { usageOf } from '../process/usage';
import { downloadAnswer, errorOf, type DownloadAnswer, type DownloadMessage } from './messages';
import { createSource, type Source } from './source';

export interface Downloads {
  /**
   * Downloads an image to a file.
   *
   * @param key images of different keys take turns
   * @param onStages gets how long each stage took, in seconds, also when the download fails
   * @throws ImageError; HostCoolingDown; ProcessDied, which is not the fault of this image alone; the signal's reason
   * at once when aborted
   */
  fetch(link: string, key: FairKey, signal: AbortSignal, onStages?: OnStages): Promise<Source>;
  /** Returns the hosts that were cooling down a second ago. */
  coolingHosts(): readonly CoolingHost[];
  close(): void;
}

export type OnStages = (stages: Readonly<Partial<Record<DownloadStage, number>>>) => void;

export interface DownloadsSettings {
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  /** Files are written here. */
  readonly folder: string;
  readonly own: OwnEndpoints;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  readonly onStage: (stage: DownloadStage, seconds: number) => void;
  readonly onInFlight: (stage: DownloadStage, images: number) => void;
}

/** A process that reports nothing for this long hangs. It reports once a second; a machine may be very busy. */
const SILENT_MS = 30_000;

/** It holds at most 1 MiB of each image and a few MB of sockets and decoders. */
const MAX_MEMORY_BYTES = 2 ** 30;

const WATCH_MS = 1_000;

interface Waiting {
  readonly onStages: OnStages | undefined;
  resolve(source: Source): void;
  reject(error: Error): void;
}

/**
 * Runs the process that downloads all images of this worker, and replaces it when it dies. There is one, so
 * that it keeps what it knows of hosts: how many downloads each gets, and which are cooling down.
 */
export function createDownloads(settings: DownloadsSettings): Downloads {
  let nextId = 1;
  let running: Running | null = null;
  let coolingHosts: readonly CoolingHost[] = [];

  interface Running {
    readonly child: ChildProcess;
    readonly waiting: Map<number, Waiting>;
  }

  function start(): Running {
    const { script, env, folder, own, logger } = settings;
    const waiting = new Map<number, Waiting>();
    let heard = performance.now();
    const watch = setInterval(() => {
      const isSilent = performance.now() - heard > SILENT_MS;
      const bytes = usageOf(child.pid ?? 0)?.memoryBytes ?? 0;
      if (isSilent || bytes > MAX_MEMORY_BYTES) child.kill('SIGKILL');
    }, WATCH_MS);
    const died = (how: string) => {
      clearInterval(watch);
      if (running?.child !== child) return;
      running = null;
      coolingHosts = [];
      for (const stage of DOWNLOAD_STAGES) settings.onInFlight(stage, 0);
      if (waiting.size > 0) {
        logger.error(
          { how, images: waiting.size },
          'The download process died; its work is repeated',
        );
      }
      for (const { reject } of waiting.values()) reject(new ProcessDied('crash', how));
    };
    const onError = (line: string) => {
      logger.warn({ line }, 'The download process printed an error');
    };
    const child = forkScript({ script, args: [folder], env, onError }, died);
    child.on('message', (message) => {
      heard = performance.now();
      const answer = downloadAnswer.safeParse(message);
      if (answer.success) handle(answer.data, { child, waiting });
      else child.kill('SIGKILL');
    });
    send(child, { own });
    return { child, waiting };
  }

  function send(child: ChildProcess, message: DownloadMessage): void {
    // An error means that the process is gone, which `exit` reports.
    child.send(message, () => undefined);
  }

  function handle(answer: DownloadAnswer, { child, waiting }: Running): void {
    if ('inFlight' in answer) {
      ({ coolingHosts } = answer);
      for (const [stage, images] of Object.entries(answer.inFlight)) {
        settings.onInFlight(stage as DownloadStage, images);
      }
      return;
    }
    const { id, stages } = answer;
    for (const [stage, seconds] of Object.entries(stages)) {
      settings.onStage(stage as DownloadStage, seconds);
    }
    const waiter = waiting.get(id);
    waiting.delete(id);
    waiter?.onStages?.(stages);
    if ('error' in answer) {
      waiter?.reject(errorOf(answer.error));
      return;
    }
    const source = createSource(answer.file, answer.bytes, () => {
      send(child, { release: id });
    });
    // Aborted meanwhile: the answer was already under way.
    if (waiter === undefined) void source.remove();
    else waiter.resolve(source);
  }

  return {
    async fetch(link, key, signal, onStages) {
      signal.throwIfAborted();
      running ??= start();
      const { child, waiting } = running;
      const id = nextId++;
      let abort: () => void = () => undefined;
      try {
        return await new Promise<Source>((resolve, reject) => {
          waiting.set(id, { onStages, resolve, reject });
          abort = () => {
            waiting.delete(id);
            send(child, { abort: id });
            reject(signal.reason as Error);
          };
          signal.addEventListener('abort', abort, { once: true });
          send(child, { download: { id, key, link } });
        });
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },

    coolingHosts: () => coolingHosts,

    close() {
      running?.child.kill('SIGKILL');
    },
  };
}
