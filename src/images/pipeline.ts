import type { Dispatcher } from 'undici';
import type { Config } from '../config';
import { parseSheetLink } from '../network/sheetLink';
import type { CompressOptions } from '../../contract/formats';
import { createCompressor, type Compressed } from './compress';
import { createDownloader } from './download';
import { createHostCooldowns } from './hostCooldowns';
import { createFairSemaphore, type FairSemaphore } from './fairSemaphore';

export interface WantedImage {
  /** Images of different requests take turns, so that a small request is not behind a large one. */
  readonly requestId: string;
  readonly link: string;
  readonly options: CompressOptions;
}

export interface ProcessedImage extends Compressed {
  /** Bytes downloaded. */
  readonly bytes_in: number;
}

/** Wraps a stage of the work on one image, to time it. */
export type Observe = <T>(
  stage: 'host_wait' | 'worker_wait' | 'download' | 'compress',
  work: () => Promise<T>,
) => Promise<T>;

export interface ImagePipeline {
  /**
   * From a link to compressed bytes.
   *
   * @throws ImageError; HostCoolingDown when no attempt was made; or the signal's reason when aborted
   */
  process(image: WantedImage, signal: AbortSignal): Promise<ProcessedImage>;
}

/**
 * One per worker process, since its limits hold for the process: `HOST_CONCURRENCY` downloads from a host,
 * `IMAGE_CONCURRENCY` images in all. An image waits for its host first and holds no place while it does,
 * so that a slow host does not hold up other hosts.
 */
export function createImagePipeline(
  config: Config,
  dispatcher: Dispatcher,
  observe: Observe = (_, work) => work(),
): ImagePipeline {
  const cooldowns = createHostCooldowns(config.IMAGE_MAX_ATTEMPTS);
  const { download } = createDownloader(config, dispatcher, cooldowns);
  const { compress } = createCompressor(config);
  const places = createFairSemaphore(config.IMAGE_CONCURRENCY);
  const hosts = new Map<string, FairSemaphore>();

  async function enterHost(
    host: string,
    requestId: string,
    signal: AbortSignal,
  ): Promise<() => void> {
    const semaphore = hosts.get(host) ?? createFairSemaphore(config.HOST_CONCURRENCY);
    hosts.set(host, semaphore);
    const leave = await semaphore.acquire(1, signal, requestId);
    return () => {
      leave();
      if (semaphore.isIdle()) hosts.delete(host);
    };
  }

  return {
    async process({ requestId, link, options }, signal) {
      const host = parseSheetLink(link)?.host ?? '';
      // Before the host is noted: it would never be removed again.
      signal.throwIfAborted();
      cooldowns.check(host);
      const leaveHost = await observe('host_wait', () => enterHost(host, requestId, signal));
      let leavePlace: () => void;
      try {
        // The host may have asked for a pause meanwhile; to find that out takes no permit.
        cooldowns.check(host);
        leavePlace = await observe('worker_wait', () => places.acquire(1, signal, requestId));
      } catch (error) {
        leaveHost();
        throw error;
      }
      try {
        const bytes = await observe('download', () => download(link, signal)).finally(leaveHost);
        const compressed = await observe('compress', () =>
          compress(bytes, options, signal, requestId),
        );
        return { ...compressed, bytes_in: bytes.length };
      } finally {
        leavePlace();
      }
    },
  };
}
