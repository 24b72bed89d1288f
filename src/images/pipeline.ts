import type { Dispatcher } from 'undici';
import type { Config } from '../config';
import { ImageError } from '../errors';
import { parseSheetLink } from '../network/sheetLink';
import type { CompressOptions } from '../../contract/formats';
import { createCompressor, type Compressed } from './compress';
import { createDownloader } from './download';
import { createHostCooldowns } from './hostCooldowns';
import { createHostLimits } from './hostLimits';
import { createFairSemaphore, type FairSemaphore } from './fairSemaphore';
import { acquireImagePermit, type ImagePermit } from './imagePermit';

export interface WantedImage {
  /** Images of different requests take turns, so that a small request does not wait for a large one. */
  readonly requestId: string;
  readonly link: string;
  readonly options: CompressOptions;
}

export interface ProcessedImage extends Compressed {
  /** Bytes downloaded. */
  readonly bytes_in: number;
}

/** Wraps one stage of processing an image, to time it. */
export type Observe = <T>(
  stage: 'host_wait' | 'worker_wait' | 'download' | 'compress',
  work: () => Promise<T>,
) => Promise<T>;

export interface ImagePipeline {
  /**
   * Downloads and compresses an image.
   *
   * @throws ImageError; HostCoolingDown when no attempt was made; or the signal's reason when aborted
   */
  process(image: WantedImage, signal: AbortSignal): Promise<ProcessedImage>;
}

/**
 * Creates the pipeline of a worker process. Its limits apply per process: `HOST_CONCURRENCY` downloads from a
 * host, fewer from one that does not answer, and `IMAGE_CONCURRENCY` images in total. An image waits for its host
 * first, without an image permit, and lends its permit while the host does not answer, so that a host that is slow
 * or hangs does not hold up other hosts.
 */
export function createImagePipeline(
  config: Config,
  dispatcher: Dispatcher,
  observe: Observe = (_, work) => work(),
): ImagePipeline {
  const cooldowns = createHostCooldowns(config.IMAGE_MAX_ATTEMPTS);
  const { download } = createDownloader(config, dispatcher, cooldowns);
  const { compress } = createCompressor(config);
  const permits = createFairSemaphore(config.IMAGE_CONCURRENCY);
  const limits = createHostLimits(config.HOST_CONCURRENCY);
  const hosts = new Map<string, FairSemaphore>();

  async function acquireHost(
    host: string,
    requestId: string,
    signal: AbortSignal,
  ): Promise<() => void> {
    const semaphore = hosts.get(host) ?? createFairSemaphore(limits.limitOf(host));
    hosts.set(host, semaphore);
    const release = await semaphore.acquire(1, signal, requestId);
    return () => {
      release();
      if (semaphore.isIdle()) hosts.delete(host);
    };
  }

  /** Downloads, and adapts the host's limit to the outcome. */
  async function downloadFrom(
    host: string,
    link: string,
    signal: AbortSignal,
    permit: ImagePermit,
  ): Promise<Buffer> {
    try {
      const bytes = await download(link, signal, permit);
      limits.raise(host);
      return bytes;
    } catch (error) {
      const code = error instanceof ImageError ? error.code : null;
      if (code === 'timeout' || code === 'connect_failure') limits.lower(host);
      throw error;
    } finally {
      hosts.get(host)?.resize(limits.limitOf(host));
    }
  }

  return {
    async process({ requestId, link, options }, signal) {
      const host = parseSheetLink(link)?.host ?? '';
      // Before the host is noted: it would never be removed again.
      signal.throwIfAborted();
      cooldowns.check(host);
      const releaseHost = await observe('host_wait', () => acquireHost(host, requestId, signal));
      let permit: ImagePermit;
      try {
        // The host may have asked for a pause in the meantime; this check needs no permit.
        cooldowns.check(host);
        permit = await observe('worker_wait', () => acquireImagePermit(permits, requestId, signal));
      } catch (error) {
        releaseHost();
        throw error;
      }
      try {
        const bytes = await observe('download', () =>
          downloadFrom(host, link, signal, permit),
        ).finally(releaseHost);
        const compressed = await observe('compress', () =>
          compress(bytes, options, signal, requestId),
        );
        return { ...compressed, bytes_in: bytes.length };
      } finally {
        permit.release();
      }
    },
  };
}
