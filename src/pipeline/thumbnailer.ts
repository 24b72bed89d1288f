import type { Logger } from 'pino';
import { ProcessDied } from '../errors';
import type { WorkLimits } from '../process/limitedChild';
import { imageEnvironmentOf } from './environment';
import { errorOf, thumbnailAnswer, type ThumbnailJob } from './messages';
import { createProcessPool } from './pool';

export interface ThumbnailerSettings {
  /** Path of the compiled `thumbnailProcess.js`. */
  readonly script: string;
  /** The environment of the API. */
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Pick<Logger, 'warn'>;
  /** Default: {@link THUMBNAIL_LIMITS} */
  readonly limits?: WorkLimits;
}

export interface Thumbnailer {
  /** @throws ImageError; ProcessDied; or the error of the disk */
  make(job: ThumbnailJob): Promise<void>;
  /** Ends the processes. */
  close(): void;
}

/**
 * Enough for the costliest image that we write, an AVIF of 25 megapixels. Measured in a process that made one thumbnail of
 * it: 1.5 s of CPU time, and a peak of 525 MB (`VmHWM`).
 */
export const THUMBNAIL_LIMITS: WorkLimits = {
  cpuSeconds: 10,
  memoryBytes: 640 * 2 ** 20,
  wallMs: 30_000,
};

/** For the files; the picture has a thread of its own. */
const THREADS = 2;

/** Makes thumbnails in processes of their own: the API decodes nothing itself. How many at once is up to the caller. */
export function createThumbnailer({
  script,
  environment,
  logger,
  limits = THUMBNAIL_LIMITS,
}: ThumbnailerSettings): Thumbnailer {
  const pool = createProcessPool({
    script,
    env: { ...imageEnvironmentOf(environment), UV_THREADPOOL_SIZE: String(THREADS) },
    onError: (line) => {
      logger.warn({ line }, 'A thumbnail process printed an error');
    },
  });

  return {
    async make(job) {
      const child = pool.take();
      const { answer, ended } = child.run(job, limits, new AbortController().signal);
      void ended.then(() => {
        pool.giveBack(child);
      });
      const received = thumbnailAnswer.safeParse(await answer);
      if (!received.success) {
        child.kill();
        throw new ProcessDied('crash', 'unreadable answer');
      }
      if ('error' in received.data) throw errorOf(received.data.error);
    },
    close: pool.close,
  };
}
