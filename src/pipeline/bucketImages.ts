import path from 'node:path';
import type { Logger } from 'pino';
import { ImageError } from '../errors';
import { createFairSemaphore, type FairKey } from '../images/fairSemaphore';
import { createImageFile, type ImageFile } from '../images/imageFile';
import { startDeadline } from '../network/deadline';
import { isMissing } from '../storage/s3/errors';
import type { BucketReader } from '../storage/s3/reader';
import { parseBucketLink } from '../network/bucketLink';
import { bucketError, reasonOf } from './bucketErrors';
import type { OnStages } from './downloads';
import { createSource, type Source } from './source';

/** Images at `s3://` links. The worker downloads them itself, because the download process has no credentials. */
export interface BucketImages {
  /**
   * Waits for a permit, and downloads an image to a file.
   *
   * @param key images of different keys take turns
   * @param onStages gets how long each stage took, in seconds, also when the download fails
   * @throws ImageError; StorageUnavailable when our credentials or settings are refused; any error of the disk; the signal's
   * reason when aborted
   */
  fetch(link: string, key: FairKey, signal: AbortSignal, onStages?: OnStages): Promise<Source>;
}

export interface BucketImagesSettings {
  /** Files are written here. */
  readonly folder: string;
  /** `SOURCE_BUCKETS` */
  readonly buckets: readonly string[];
  readonly concurrency: number;
  readonly maxBytes: number;
  /** `DOWNLOAD_TIMEOUT_MS` */
  readonly timeoutMs: number;
  readonly logger: Pick<Logger, 'warn'>;
  readonly onDownload: (seconds: number) => void;
}

export function createBucketImages(
  settings: BucketImagesSettings,
  reader: BucketReader,
): BucketImages {
  const { folder, buckets, concurrency, timeoutMs, logger, onDownload } = settings;
  // Not the permits of other downloads, which are in another process.
  const permits = createFairSemaphore(concurrency);
  let nextId = 1;

  return {
    async fetch(link, key, signal, onStages) {
      const { bucket, object } = allowed(link);
      const asked = performance.now();
      const release = await permits.acquire(1, signal, key);
      const name = path.join(folder, `s3-${nextId++}`);
      const file = createImageFile(name);
      const started = performance.now();
      try {
        await download(bucket, object, file, signal);
        return createSource(name, await file.finish(), release);
      } catch (error) {
        release();
        await file.discard();
        throw error;
      } finally {
        const download = (performance.now() - started) / 1000;
        onDownload(download);
        onStages?.({ worker_wait: (started - asked) / 1000, download });
      }
    },
  };

  function allowed(link: string) {
    const parsed = parseBucketLink(link);
    if (parsed === null) {
      throw ImageError.permanent('invalid_url', 'Expected s3://bucket/key, received no key');
    }
    if (buckets.includes(parsed.bucket)) return parsed;
    const bucket = JSON.stringify(parsed.bucket.slice(0, 100));
    throw ImageError.permanent(
      'blocked_address',
      `Expected a bucket that SOURCE_BUCKETS names, received ${bucket}`,
    );
  }

  async function download(
    bucket: string,
    object: string,
    file: ImageFile,
    signal: AbortSignal,
  ): Promise<void> {
    const deadline = startDeadline(timeoutMs, signal);
    try {
      await copy(bucket, object, file, deadline.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!deadline.hasPassed()) throw error;
      const message = `Download exceeded ${timeoutMs} ms`;
      throw ImageError.retryable('timeout', message, { cause: error });
    } finally {
      deadline.end();
    }
  }

  async function copy(
    bucket: string,
    object: string,
    file: ImageFile,
    signal: AbortSignal,
  ): Promise<void> {
    const fail = (error: unknown): never => {
      if (!signal.aborted && !isMissing(error)) {
        logger.warn({ bucket, reason: reasonOf(error) }, 'A download from a source bucket failed');
      }
      throw bucketError(error, bucket);
    };
    const opened = await reader.open(bucket, object, signal).catch(fail);
    const { size, stream } = opened;
    try {
      checkSize(size);
      const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      for (;;) {
        const next = await pieces.next().catch(fail);
        if (next.done === true) return;
        await file.write(next.value);
      }
    } finally {
      stream.on('error', () => undefined).destroy();
    }
  }

  function checkSize(size: number): void {
    const { maxBytes } = settings;
    if (size > maxBytes) {
      const message = `Expected at most ${maxBytes} bytes, received an object of ${size}`;
      throw ImageError.permanent('too_large', message);
    }
    if (size === 0) {
      throw ImageError.permanent('not_an_image', 'Expected an image, received an empty object');
    }
  }
}
