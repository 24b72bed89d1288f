import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ThumbnailWidth } from '../../contract/formats';
import { createCache } from '../cache';
import { ImageError, isStorageError, messageOf, Refusal } from '../errors';
import type { ByteRange, FileStore, ImageDetails, StoredImage } from '../storage/fileStore';
import type { Logger } from '../telemetry/logger';
import { createTurns } from './turns';

export interface ThumbnailDeps {
  readonly files: Pick<
    FileStore,
    'describeImage' | 'openImage' | 'describeThumbnail' | 'openThumbnail' | 'writeThumbnail'
  >;
  /** A folder of this process, for the files of thumbnails that are being made. */
  readonly folder: string;
  /** Makes a thumbnail of a local file, in another process. */
  readonly make: (job: MakeJob) => Promise<void>;
  readonly logger: Pick<Logger, 'warn'>;
}

interface MakeJob {
  readonly file: string;
  /** Where the thumbnail is written. */
  readonly output: string;
  readonly width: ThumbnailWidth;
}

/** A thumbnail is made when it is first asked for, and kept beside its image. */
export interface Thumbnails {
  /**
   * @returns `null` when there is no such image
   * @throws Refusal `invalid` for an image of which none can be made, `unavailable` when too many wait
   */
  describe(requestId: string, name: string, width: ThumbnailWidth): Promise<ImageDetails | null>;
  /**
   * @param range within the thumbnail, as `describe` knows it; by default all of it
   * @returns and throws as `describe`
   */
  open(
    requestId: string,
    name: string,
    width: ThumbnailWidth,
    range?: ByteRange,
  ): Promise<StoredImage | null>;
}

/**
 * Those that wait take seconds. Measured with a photo, to a width of 160: 7 to 14 ms of CPU time from 1200 × 900 pixels and
 * 15 to 75 ms from 3000 × 2250, in JPEG, PNG and WebP; 50 and 350 ms in AVIF.
 */
export const THUMBNAIL_TURNS = { atOnce: 1, waiting: 100 } as const;

const REFUSAL = 'Too many thumbnails are being made; ask again later';

/** How long an image of which no thumbnail could be made is refused, before it is tried again. */
export const FAILURE_KEPT_MS = 5 * 60_000;

export function createThumbnails({ files, folder, make, logger }: ThumbnailDeps): Thumbnails {
  const turn = createTurns(THUMBNAIL_TURNS, REFUSAL);
  const underWay = createCache<undefined>({ keptMs: 0 });
  const failures = new Map<string, Refusal>();

  async function store(requestId: string, name: string, width: ThumbnailWidth): Promise<void> {
    const image = await files.openImage(requestId, name);
    if (image === null) return;
    const file = path.join(folder, randomUUID());
    const output = `${file}.webp`;
    try {
      await pipeline(image.stream, createWriteStream(file));
      await make({ file, output, width }).catch((error: unknown) => {
        throw isStorageError(error) ? error : failed(requestId, name, width, error);
      });
      await files.writeThumbnail(requestId, name, width, output);
    } finally {
      await Promise.all([rm(file, { force: true }), rm(output, { force: true })]);
    }
  }

  /** Notes that no thumbnail can be made. @returns what callers get */
  function failed(requestId: string, name: string, width: ThumbnailWidth, error: unknown): Refusal {
    logger.warn(
      { request_id: requestId, file: name, width, reason: messageOf(error) },
      'A thumbnail could not be made',
    );
    const reason =
      error instanceof ImageError ? error.message : 'it takes too much time or memory to decode';
    const refusal = new Refusal('invalid', `No thumbnail can be made of this image: ${reason}`);
    const key = keyOf(requestId, name, width);
    failures.set(key, refusal);
    setTimeout(() => failures.delete(key), FAILURE_KEPT_MS).unref();
    return refusal;
  }

  /** Finds a thumbnail, which is made if it is missing: once for all who ask for it meanwhile. */
  async function found<T>(
    find: () => Promise<T | null>,
    requestId: string,
    name: string,
    width: ThumbnailWidth,
  ): Promise<T | null> {
    const stored = await find();
    if (stored !== null) return stored;
    const key = keyOf(requestId, name, width);
    await underWay(key, async () => {
      const failure = failures.get(key);
      if (failure !== undefined) throw failure;
      // Before it waits: unknown names take no places of others.
      if ((await files.describeImage(requestId, name)) === null) return;
      await turn(() => store(requestId, name, width));
    });
    return find();
  }

  return {
    describe: (requestId, name, width) =>
      found(() => files.describeThumbnail(requestId, name, width), requestId, name, width),
    open: (requestId, name, width, range) =>
      found(() => files.openThumbnail(requestId, name, width, range), requestId, name, width),
  };
}

function keyOf(requestId: string, name: string, width: ThumbnailWidth): string {
  return `${requestId}/${name}/${width}`;
}
