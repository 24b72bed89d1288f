import type { Dispatcher } from 'undici';
import type { Config } from '../config';
import type { CompressOptions } from '../records/types';
import { createCompressor, type Compressed } from './compress';
import { createDownloader } from './download';
import { createTurns, type Turns } from './turns';

export interface ProcessedImage extends Compressed {
  /** Bytes downloaded. */
  readonly bytes_in: number;
}

export interface ImagePipeline {
  /**
   * From a link to compressed bytes.
   *
   * @throws ImageError; or the signal's reason when aborted
   */
  process(link: string, options: CompressOptions, signal: AbortSignal): Promise<ProcessedImage>;
}

/**
 * One per worker process, since its limits hold for the process: `HOST_CONCURRENCY` downloads from a host,
 * `IMAGE_CONCURRENCY` images in all. An image waits for its host first and holds no place while it does,
 * so that a slow host keeps nobody else waiting.
 */
export function createImagePipeline(config: Config, dispatcher: Dispatcher): ImagePipeline {
  const { download } = createDownloader(config, dispatcher);
  const { compress } = createCompressor(config);
  const places = createTurns(config.IMAGE_CONCURRENCY);
  const hosts = new Map<string, Turns>();

  async function enterHost(link: string, signal: AbortSignal): Promise<() => void> {
    // Before the host is noted: nobody would strike it off again.
    signal.throwIfAborted();
    const host = URL.canParse(link) ? new URL(link).host : '';
    const turns = hosts.get(host) ?? createTurns(config.HOST_CONCURRENCY);
    hosts.set(host, turns);
    const leave = await turns.acquire(1, signal);
    return () => {
      leave();
      if (turns.isIdle()) hosts.delete(host);
    };
  }

  return {
    async process(link, options, signal) {
      const leaveHost = await enterHost(link, signal);
      const leavePlace = await places.acquire(1, signal).catch((error: unknown) => {
        leaveHost();
        throw error;
      });
      try {
        const bytes = await download(link, signal).finally(leaveHost);
        return { ...(await compress(bytes, options, signal)), bytes_in: bytes.length };
      } finally {
        leavePlace();
      }
    },
  };
}
