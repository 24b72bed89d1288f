import type { Dispatcher } from 'undici';
import type { Config } from '../config';
import { ImageError } from '../errors';
import { resolveShareLink } from '../network/shareLinks';
import { parseSheetLink } from '../network/sheetLink';
import { createDownloader } from './download';
import { createFairSemaphore, type FairKey, type FairSemaphore } from './fairSemaphore';
import { createHostCooldowns, type CoolingHost } from './hostCooldowns';
import { createHostLimits } from './hostLimits';
import { acquireImagePermit, type ImagePermit } from './imagePermit';
import { createImageFile } from './imageFile';

/** The stages of a download, in order. It waits for a permit of its host, then for an image permit. */
export const DOWNLOAD_STAGES = ['host_wait', 'worker_wait', 'download'] as const;
export type DownloadStage = (typeof DOWNLOAD_STAGES)[number];

/** Wraps one stage of a download, to time it. */
export type Observe = <T>(stage: DownloadStage, work: () => Promise<T>) => Promise<T>;

export interface WantedFile {
  /** Images of different keys take turns. */
  readonly key: FairKey;
  readonly link: string;
  /** Where the image is written. */
  readonly file: string;
}

export interface DownloadedFile {
  readonly bytes: number;
  /** Gives the image permit to another image. May be called more than once. */
  release(): void;
}

export interface DownloadQueue {
  /**
   * Downloads an image to a file when it is its turn. It holds an image permit until it is released.
   *
   * @throws ImageError; HostCoolingDown when no attempt was made; or the signal's reason when aborted. No file is left.
   */
  download(wanted: WantedFile, signal: AbortSignal, observe: Observe): Promise<DownloadedFile>;
  /** Returns hosts that are cooling down. */
  coolingHosts(): CoolingHost[];
}

/**
 * Creates the queue of a worker. `HOST_CONCURRENCY` downloads from a host, fewer from one that does not answer, and
 * `IMAGE_CONCURRENCY` images in total. An image waits for its host first, without an image permit, and lends its
 * permit while the host does not answer, so that a host that is slow or hangs does not hold up other hosts.
 */
export function createDownloadQueue(config: Config, dispatcher: Dispatcher): DownloadQueue {
  const cooldowns = createHostCooldowns(config.IMAGE_MAX_ATTEMPTS);
  const { download } = createDownloader(config, dispatcher, cooldowns);
  const permits = createFairSemaphore(config.IMAGE_CONCURRENCY);
  const limits = createHostLimits(config.HOST_CONCURRENCY);
  const hosts = new Map<string, FairSemaphore>();

  async function acquireHost(host: string, key: FairKey, signal: AbortSignal): Promise<() => void> {
    const semaphore = hosts.get(host) ?? createFairSemaphore(limits.limitOf(host));
    hosts.set(host, semaphore);
    const release = await semaphore.acquire(1, signal, key);
    return () => {
      release();
      if (semaphore.isIdle()) hosts.delete(host);
    };
  }

  /** Downloads, and adapts the host's limit to the outcome. @returns bytes */
  async function downloadFrom(
    host: string,
    { link, file: path }: WantedFile,
    signal: AbortSignal,
    permit: ImagePermit,
  ): Promise<number> {
    const file = createImageFile(path);
    try {
      await download(link, signal, file.write, permit);
      limits.raise(host);
      return await file.finish();
    } catch (error) {
      await file.discard();
      const code = error instanceof ImageError ? error.code : null;
      if (code === 'timeout' || code === 'connect_failure') limits.lower(host);
      throw error;
    } finally {
      hosts.get(host)?.resize(limits.limitOf(host));
    }
  }

  return {
    coolingHosts: cooldowns.list,

    async download(wanted, signal, observe) {
      const { key, link } = wanted;
      const host = hostOf(link);
      // Before the host is noted: it would never be removed again.
      signal.throwIfAborted();
      cooldowns.check(host);
      const releaseHost = await observe('host_wait', () => acquireHost(host, key, signal));
      let permit: ImagePermit;
      try {
        // The host may have asked for a pause in the meantime; this check needs no permit.
        cooldowns.check(host);
        permit = await observe('worker_wait', () => acquireImagePermit(permits, key, signal));
      } catch (error) {
        releaseHost();
        throw error;
      }
      try {
        const bytes = await observe('download', () =>
          downloadFrom(host, wanted, signal, permit),
        ).finally(releaseHost);
        return { bytes, release: permit.release };
      } catch (error) {
        permit.release();
        throw error;
      }
    },
  };
}

/** Returns the host that is asked first; an empty string for links that fail without a request. */
function hostOf(link: string): string {
  const url = parseSheetLink(link);
  const found = url === null ? null : resolveShareLink(url);
  return found instanceof URL ? found.host : '';
}
