import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config';
import type { OwnEndpoints } from '../network/ownServers';
import type { FileStore } from '../storage/fileStore';
import { openScratch } from '../storage/scratch';
import type { WorkerMetrics } from '../telemetry/metrics/worker';
import { createImagePipeline, type ImagePipeline } from './pipeline';
import { createBucketReader } from '../storage/s3/reader';
import { createBucketImages } from './bucketImages';
import { createCompressors } from './compressors';
import { createDownloads } from './downloads';
import { createEmbeddedImages } from './embeddedImages';
import { imageEnvironmentOf } from './environment';

/** One thread for the image that is compressed, and two for its files. Each thread keeps memory of its own. */
const IMAGE_THREADS = 3;

/**
 * For glibc (mallopt(3)): blocks of up to 32 MiB come from the heap, and up to 64 MiB stay there when they are freed. By
 * default each image returns its memory to the system and gets it again, which costs about 8 % of the CPU time.
 */
const ALLOCATOR = {
  MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(64 * 2 ** 20),
};

/** For files, and for names: a lookup that hangs occupies a thread for many seconds. */
const DOWNLOAD_THREADS = 32;

/** Enough that a storage with slow answers does not delay the compression: it stores 64 images at once. */
const UNSTORED_FACTOR = 4;

export interface ImageProcessSettings {
  readonly config: Config;
  /** The environment from which `config` was read. */
  readonly environment: NodeJS.ProcessEnv;
  /** The folder with the compiled entry points. */
  readonly scripts: string;
  readonly own: OwnEndpoints;
  readonly files: Pick<FileStore, 'writeImage'>;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
}

/** Creates the pipeline of a worker. */
export async function openImagePipeline(settings: ImageProcessSettings): Promise<ImagePipeline> {
  const { files, metrics, config } = settings;
  const { compressors, ...sources } = await openImageProcesses(settings);
  const limits = { unstored: UNSTORED_FACTOR * config.IMAGE_CONCURRENCY };
  return createImagePipeline(sources, compressors, files, metrics, limits);
}

/** Prepares the processes, which are started when there are images. */
export async function openImageProcesses(settings: Omit<ImageProcessSettings, 'files'>) {
  const { config, environment, scripts, own, logger, metrics } = settings;
  const env = imageEnvironmentOf(environment);
  const folder = await openScratch(path.join(config.DATA_DIR, 'downloads'));
  const embedded = createEmbeddedImages({
    folder,
    concurrency: config.IMAGE_CONCURRENCY,
    maxBytes: config.MAX_IMAGE_BYTES,
  });
  const buckets = createBucketImages(
    {
      folder,
      buckets: config.SOURCE_BUCKETS,
      concurrency: config.IMAGE_CONCURRENCY,
      maxBytes: config.MAX_IMAGE_BYTES,
      timeoutMs: config.DOWNLOAD_TIMEOUT_MS,
      logger,
      onDownload: (seconds) => {
        metrics.observed('download', seconds);
      },
    },
    createBucketReader({ pathStyle: config.STORAGE_PATH_STYLE }),
  );
  const downloads = createDownloads({
    script: path.join(scripts, 'downloadProcess.js'),
    env: { ...env, UV_THREADPOOL_SIZE: String(DOWNLOAD_THREADS) },
    folder,
    own,
    logger,
    onStage: metrics.observed,
    onInFlight: metrics.inFlight,
  });
  const compressors = createCompressors({
    script: path.join(scripts, 'imageProcess.js'),
    env: { ...ALLOCATOR, ...env, UV_THREADPOOL_SIZE: String(IMAGE_THREADS) },
    memoryBytes: config.IMAGE_MEMORY_BYTES,
    cpuSeconds: config.IMAGE_CPU_SECONDS,
    logger,
    onDeath: metrics.imageProcessEnded,
  });
  return { downloads, embedded, buckets, compressors };
}
