import { rm } from 'node:fs/promises';
import type { CompressOptions } from '../../contract/formats';
import type { TimelineStep } from '../../contract/timeline';
import { createFairSemaphore, type FairKey, type FairSemaphore } from '../images/fairSemaphore';
import type { CoolingHost } from '../images/hostCooldowns';
import { isBucketLink } from '../network/bucketLink';
import type { BucketImages } from './bucketImages';
import type { Compressors, LargeWork } from './compressors';
import type { Downloads } from './downloads';
import type { EmbeddedImages } from './embeddedImages';
import type { CompressedImage } from './messages';
import type { Source } from './source';
import type { FileStore } from '../storage/fileStore';

export interface WantedImage {
  /** Callers take turns, so that one with many images does not hold up another. */
  readonly caller: string;
  /** The requests of a caller take turns, so that a small one does not wait for a large one. */
  readonly requestId: string;
  /** The image's `lane-number`. */
  readonly ref: string;
  readonly link: string;
  /** Reads the image of a `data:` link; absent for other links. */
  readonly readData?: () => Promise<Buffer | null>;
  readonly options: CompressOptions;
  /**
   * Called after a step has ended, in milliseconds: how long it took, and how long ago it ended. A large image may be
   * downloaded twice.
   */
  readonly onStep?: (step: TimelineStep, ms: number, ago: number) => void;
}

export interface ProcessedImage extends Omit<CompressedImage, 'sha256' | 'ms'> {
  /** The name of the stored file. */
  readonly file: string;
  /** Bytes downloaded, or in the `data:` link. */
  readonly bytes_in: number;
}

/** What the pipeline reports about its stages. */
export interface StageMetrics {
  observe<T>(stage: 'compress' | 'store', work: () => Promise<T>): Promise<T>;
}

export interface ImagePipeline {
  /**
   * Downloads and compresses an image, in processes of their own, and stores it.
   *
   * @throws ImageError; HostCoolingDown when no attempt was made; the signal's reason at once when aborted; any error
   * that the image did not cause: a full disk, StorageUnavailable, ProcessDied
   */
  process(image: WantedImage, signal: AbortSignal): Promise<ProcessedImage>;
  /** Returns what it is doing now, for the worker's report. */
  state(): PipelineState;
  /** Ends the processes. */
  close(): void;
}

export interface PipelineState {
  readonly imagesInProgress: number;
  readonly coolingHosts: readonly CoolingHost[];
}

/**
 * Bytes of downloaded files of large images that wait. Further ones are downloaded again when it is their turn, since
 * their number is not limited: an image that waits here holds no permit.
 */
const MAX_WAITING_BYTES = 2 ** 30;

export interface PipelineLimits {
  /** Images that are compressed and not stored yet, or being compressed. Their files wait while the storage does not answer. */
  readonly unstored: number;
  /** See MAX_WAITING_BYTES. */
  readonly waitingBytes?: number;
}

export interface Sources {
  readonly downloads: Downloads;
  readonly embedded: EmbeddedImages;
  readonly buckets: BucketImages;
}

export function createImagePipeline(
  { downloads, embedded, buckets }: Sources,
  compressors: Compressors,
  files: Pick<FileStore, 'writeImage'>,
  metrics: StageMetrics,
  limits: PipelineLimits,
): ImagePipeline {
  const { waitingBytes: maxWaitingBytes = MAX_WAITING_BYTES } = limits;
  const unstored = createFairSemaphore(limits.unstored);
  let waitingBytes = 0;
  let imagesInProgress = 0;

  return {
    async process(image, signal) {
      imagesInProgress += 1;
      try {
        return await processOne(image, signal);
      } finally {
        imagesInProgress -= 1;
      }
    },

    state: () => ({ imagesInProgress, coolingHosts: downloads.coolingHosts() }),

    close() {
      downloads.close();
      compressors.close();
    },
  };

  async function processOne(
    { caller, requestId, ref, link, readData, options, onStep }: WantedImage,
    signal: AbortSignal,
  ): Promise<ProcessedImage> {
    const key = [caller, requestId];
    const fetch = async () => {
      if (readData !== undefined) return embedded.fetch(readData, key, signal);
      let downloadMs = 0;
      const from = isBucketLink(link) ? buckets : downloads;
      const fetched = await from.fetch(link, key, signal, (stages) => {
        const { host_wait = 0, worker_wait = 0, download = 0 } = stages;
        downloadMs = download * 1000;
        onStep?.('waited', (host_wait + worker_wait) * 1000, downloadMs);
      });
      onStep?.('downloaded', downloadMs, 0);
      return fetched;
    };
    const permit = createPermit(unstored, signal, key);
    let source = await fetch();
    const bytes_in = source.bytes;
    const output = `${source.file}.out`;
    const job = () => ({ file: source.file, output, requestId, ref, options });

    async function compress() {
      await permit.acquire();
      const answer = await compressors.small(job(), signal, key);
      if ('compressed' in answer) return answer;
      // It waits without permits, so that small images behind it are downloaded and compressed.
      permit.release();
      source.releasePermit();
      const kept = await keepOrRemove(source);
      const work: LargeWork = async (compressLarge) => {
        if (kept.isRemoved) {
          // Of an attempt with too little memory.
          await source.remove();
          source = await fetch();
        }
        await permit.acquire();
        try {
          return await compressLarge(job());
        } catch (error) {
          // It may wait for more memory, which others have that wait for this permit.
          permit.release();
          throw error;
        }
      };
      try {
        return await compressors.large(work, answer, signal, key);
      } finally {
        kept.end();
      }
    }

    try {
      const { compressed } = await metrics
        .observe('compress', compress)
        .catch(async (error: unknown) => {
          await rm(output, { force: true });
          throw error;
        })
        .finally(() => source.remove());
      const { sha256, ms, ...shape } = compressed;
      onStep?.('compressed', ms, 0);
      const storing = performance.now();
      const file = await metrics.observe('store', () =>
        files.writeImage(requestId, ref, { file: output, format: shape.format, sha256 }, signal),
      );
      onStep?.('stored', performance.now() - storing, 0);
      return { ...shape, file, bytes_in };
    } finally {
      permit.release();
    }
  }

  /** Keeps the file of an image that waits if there is room for it. */
  async function keepOrRemove(source: Source) {
    const { bytes } = source;
    const isRemoved = waitingBytes + bytes > maxWaitingBytes;
    if (isRemoved) {
      await source.remove();
    } else {
      waitingBytes += bytes;
    }
    const end = () => {
      if (!isRemoved) waitingBytes -= bytes;
    };
    return { isRemoved, end };
  }
}

/** A permit that one image takes and gives back several times. Releasing it when it is not held does nothing. */
function createPermit(semaphore: FairSemaphore, signal: AbortSignal, key: FairKey) {
  let release: (() => void) | null = null;
  return {
    async acquire() {
      release = await semaphore.acquire(1, signal, key);
    },
    release() {
      release?.();
      release = null;
    },
  };
}
