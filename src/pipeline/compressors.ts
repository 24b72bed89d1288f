import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { ImageError, ProcessDied } from '../errors';
import type { WorkLimits } from '../process/limitedChild';
import type { Cost } from '../images/cost';
import { createFairSemaphore, type FairKey } from '../images/fairSemaphore';
import { compressAnswer, errorOf, type CompressAnswer, type CompressJob } from './messages';
import { createProcessPool, type ProcessPool } from './pool';

export interface CompressorsSettings {
  /** Path of the compiled `imageProcess.js`. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  /** `IMAGE_MEMORY_BYTES` */
  readonly memoryBytes: number;
  /** `IMAGE_CPU_SECONDS` */
  readonly cpuSeconds: number;
  readonly logger: Pick<Logger, 'warn'>;
  readonly onDeath: (reason: ProcessDied['reason']) => void;
}

export type Job = Omit<CompressJob, 'most'>;
export type LargeWork = (compress: (job: Job) => Promise<Done>) => Promise<Done>;
export type Done = Extract<CompressAnswer, { compressed: unknown }>;

export interface Compressors {
  /**
   * Compresses an image if it is small.
   *
   * @param key images of different keys take turns
   * @returns what it costs if that is more than a small image
   * @throws ImageError, the signal's reason at once when aborted, or an error that the image did not cause
   */
  small(job: Job, signal: AbortSignal, key: FairKey): Promise<Done | Cost>;
  /**
   * Compresses an image of any size, when it is its turn.
   *
   * @param work called when it is its turn, again if the image needs more memory than expected; prepares the job and
   * passes it to `compress`
   * @throws as `small`
   */
  large(work: LargeWork, cost: Cost, signal: AbortSignal, key: FairKey): Promise<Done>;
  close(): void;
}

/** What a small image is expected to need at most. Photos of 12 megapixels are small, unless they become AVIF. */
const SMALL: Cost = { memoryBytes: 208 * 2 ** 20, cpuSeconds: 2 };

/** Where a small image is stopped, and handled as a large one: the expectation is an estimate. */
const SMALL_LIMIT: Cost = { memoryBytes: 320 * 2 ** 20, cpuSeconds: 6 };

/** Resident memory of a process before its first image, with some room for what the allocator keeps. */
const BASE_BYTES = 192 * 2 ** 20;

/** The limit of time is this many times that of CPU time: it ends processes that hang without computing. */
const WALL_FACTOR = 10;

/** Crashes of a process after which its image is failed. */
const CRASH_BUDGET = 3;

/** Large images run at this niceness, so that small ones get the cores first. */
const LARGE_NICENESS = 19;

/**
 * Divides `IMAGE_MEMORY_BYTES`.
 *
 * @returns how many small images are compressed at once, and what all large ones may need together
 */
function sharesOf(memoryBytes: number) {
  // One more than there are cores, so that no core is idle while an image is passed or written.
  const fitting = Math.floor((memoryBytes * 3) / 4 / SMALL_LIMIT.memoryBytes);
  const smallCount = Math.max(1, Math.min(availableParallelism() + 1, fitting));
  const forLarge = memoryBytes - smallCount * SMALL_LIMIT.memoryBytes;
  return { smallCount, largeBytes: Math.max(forLarge, SMALL_LIMIT.memoryBytes) };
}

/** Returns the resident memory at which a process of each pool is stopped. */
export function processLimitsOf(memoryBytes: number): { small: number; large: number } {
  return {
    small: BASE_BYTES + SMALL_LIMIT.memoryBytes,
    large: BASE_BYTES + sharesOf(memoryBytes).largeBytes,
  };
}

/**
 * Compresses images in processes of their own, one image at a time in each. There are two pools, so that small images
 * never wait for large ones: whoever sends large images makes only other large ones wait.
 */
export function createCompressors(settings: CompressorsSettings): Compressors {
  const { script, env, memoryBytes, cpuSeconds, logger, onDeath } = settings;
  const { smallCount, largeBytes } = sharesOf(memoryBytes);
  const onError = (line: string) => {
    logger.warn({ line }, 'An image process printed an error');
  };
  const small = createProcessPool({ script, env, onError });
  const large = createProcessPool({
    script,
    env,
    onError,
    args: [String(LARGE_NICENESS)],
    inOwnSession: true,
  });
  const smallPermits = createFairSemaphore(smallCount);
  const largePermits = createFairSemaphore(availableParallelism());
  const memory = createFairSemaphore(largeBytes);

  /** Passes the job to a process; to another one when it crashes, until the crash budget is spent. */
  async function run(
    pool: ProcessPool,
    job: CompressJob,
    limit: Cost,
    signal: AbortSignal,
    until: (ended: Promise<void>) => void,
  ): Promise<Done | { readonly cost: Cost }> {
    const limits: WorkLimits = {
      cpuSeconds: limit.cpuSeconds,
      memoryBytes: BASE_BYTES + limit.memoryBytes,
      wallMs: limit.cpuSeconds * WALL_FACTOR * 1000,
    };
    for (let crashes = 1; ; crashes += 1) {
      const child = pool.take();
      const { answer, ended } = child.run(job, limits, signal);
      until(
        ended.then(() => {
          pool.giveBack(child);
        }),
      );
      try {
        const received = compressAnswer.safeParse(await answer);
        if (received.success) return okOf(received.data);
        child.kill();
        throw new ProcessDied('crash', 'unreadable answer');
      } catch (error) {
        if (!(error instanceof ProcessDied)) throw error;
        const { reason, how } = error;
        onDeath(reason);
        const image = { request_id: job.requestId, image: job.ref };
        logger.warn(
          { ...image, reason, how },
          'An image process ended while it worked on an image',
        );
        if (reason !== 'crash') throw error;
        if (crashes >= CRASH_BUDGET) throw crashed();
      }
    }
  }

  async function runLarge(
    work: LargeWork,
    memoryBytes: number,
    signal: AbortSignal,
    key: FairKey,
  ): Promise<Done> {
    const releasePermit = await largePermits.acquire(1, signal, key);
    const releaseMemory = await memory.acquire(memoryBytes, signal, key).catch((error: unknown) => {
      releasePermit();
      throw error;
    });
    const release = () => {
      releaseMemory();
      releasePermit();
    };
    return holding(release, (until) =>
      work(async (job) => {
        const limit = { memoryBytes, cpuSeconds };
        const answer = await run(large, { ...job, most: null }, limit, signal, until);
        if ('compressed' in answer) return answer;
        throw new TypeError('Expected an image without a limit of its cost to be compressed');
      }),
    );
  }

  return {
    async small(job, signal, key) {
      const release = await smallPermits.acquire(1, signal, key);
      return holding(release, async (until) => {
        try {
          const answer = await run(small, { ...job, most: SMALL }, SMALL_LIMIT, signal, until);
          return 'cost' in answer ? answer.cost : answer;
        } catch (error) {
          if (!(error instanceof ProcessDied)) throw error;
          const memoryNeeded = error.reason === 'memory' ? largeBytes : 2 * SMALL_LIMIT.memoryBytes;
          return { memoryBytes: memoryNeeded, cpuSeconds };
        }
      });
    },

    async large(work, cost, signal, key) {
      const expected = Math.min(Math.max(cost.memoryBytes, SMALL_LIMIT.memoryBytes), largeBytes);
      // What needs more than was expected gets all of the memory once.
      for (const bytes of new Set([expected, largeBytes])) {
        try {
          return await runLarge(work, bytes, signal, key);
        } catch (error) {
          if (!(error instanceof ProcessDied)) throw error;
          if (error.reason !== 'memory') throw tookTooLong(cpuSeconds);
        }
      }
      throw neededTooMuchMemory(largeBytes);
    },

    close() {
      small.close();
      large.close();
    },
  };
}

/**
 * Holds permits during the work, and after it until a process has ended: the caller of an aborted image does not wait
 * for that.
 */
async function holding<T>(
  release: () => void,
  work: (until: (ended: Promise<void>) => void) => Promise<T>,
): Promise<T> {
  let last = Promise.resolve();
  try {
    return await work((ended) => {
      last = ended;
    });
  } finally {
    void last.then(release);
  }
}

function okOf(answer: CompressAnswer): Exclude<CompressAnswer, { error: unknown }> {
  if ('error' in answer) throw errorOf(answer.error);
  return answer;
}

function crashed(): ImageError {
  const message = `Image process crashed ${CRASH_BUDGET} times while processing this image`;
  return ImageError.permanent('internal', message);
}

/** Final, although timeouts of downloads are not: the same image would take as long again. */
function tookTooLong(cpuSeconds: number): ImageError {
  const message =
    `Expected an image that takes at most ${cpuSeconds} s of CPU time, received one that takes longer; ` +
    'set max_width or another format, or raise IMAGE_CPU_SECONDS';
  return ImageError.from({ code: 'timeout', message, retryable: false, retryAfterMs: undefined });
}

function neededTooMuchMemory(bytes: number): ImageError {
  const megabytes = Math.floor(bytes / 2 ** 20);
  return ImageError.permanent(
    'too_many_pixels',
    `Expected an image that needs at most ${megabytes} MiB of memory, received one that needs more; ` +
      'use a smaller image, or raise IMAGE_MEMORY_BYTES',
  );
}
