import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { StorageUnavailable } from '../../errors';
import { createFairSemaphore } from '../../images/fairSemaphore';
import type { ThumbnailWidth } from '../../../contract/formats';
import type { ByteRange, FileStore, ImageDetails, ResultKind, StoredImage } from '../fileStore';
import {
  imageKeyOf,
  imageNameOf,
  isRequestId,
  parseImageName,
  SHEET_NAME,
  THUMBNAIL_TYPE,
  thumbnailOf,
} from '../names';
import { createS3Client, type OnRequest, type S3Limits, type S3Settings } from './client';
import {
  answered,
  asUnavailable,
  faultOf,
  isMissing,
  isNotImplemented,
  type S3Fault,
} from './errors';
import { createDownloads, sizeAndTimeOf } from './getObject';
import { createImageWriter } from './imageWriter';
import { createRemover } from './remove';
import { createResultFile, uploadCsv } from './resultFile';

export interface S3StoreSettings extends S3Settings {
  readonly bucket: string;
  /** Without a slash at its end; may be empty. */
  readonly prefix: string;
}

/** An image or a thumbnail in the bucket. */
interface ImageObject {
  readonly key: string;
  readonly contentType: string;
}

/** The limit of images that are in memory at once. They are kept while they are sent, so that a request can be repeated. */
const MAX_STORING_BYTES = 64 * 2 ** 20;
/** Smaller images count as this much, so that at most 64 are sent at once. */
const MIN_STORING_BYTES = 2 ** 20;

/**
 * Keeps files in a bucket of an S3-compatible store: images as `{prefix}/files/{request}/{name}`, their thumbnails beside them, and CSVs as
 * `{prefix}/results/{request}/{kind}-{round}.csv` and `{prefix}/results/{request}/upload.csv`.
 *
 * @param limits tests set shorter ones
 */
export function createS3Store(
  settings: S3StoreSettings,
  onRequest?: OnRequest,
  limits?: S3Limits,
): FileStore {
  const { bucket, prefix, ...clientSettings } = settings;
  const options = { onRequest, limits };
  const client = createS3Client(clientSettings, options);
  // Callers of the check wait for it, and ask again soon.
  const checkClient = createS3Client(clientSettings, { ...options, attempts: 1 });
  const getObject = createDownloads(clientSettings, options, (error) => {
    const unavailable = asUnavailable(error);
    onRequest?.('GetObject', unavailable.code);
    return unavailable;
  });
  const base = prefix === '' ? '' : `${prefix}/`;
  const writeObject = createImageWriter(client, bucket);
  const { removeObjects, abortUploads } = createRemover(client, bucket);
  const storing = createFairSemaphore(MAX_STORING_BYTES);

  const resultKey = (requestId: string, round: number, kind: ResultKind) =>
    `${base}results/${requestId}/${kind}-${round}.csv`;

  const sheetKey = (requestId: string) => `${base}results/${requestId}/${SHEET_NAME}`;

  function imageOf(requestId: string, name: string): ImageObject | null {
    const parsed = parseImageName(name);
    if (parsed === null || !isRequestId(requestId)) return null;
    return { key: imageKeyOf(prefix, requestId, name), contentType: parsed.contentType };
  }

  function thumbnailObject(requestId: string, name: string, width: ThumbnailWidth) {
    const image = imageOf(requestId, name);
    return image && { key: thumbnailOf(image.key, width), contentType: THUMBNAIL_TYPE };
  }

  async function describeObject(object: ImageObject | null): Promise<ImageDetails | null> {
    if (object === null) return null;
    const { key, contentType } = object;
    const head = await orNull(client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
    return head === null ? null : { ...sizeAndTimeOf(head), contentType };
  }

  /** A store that cannot list uploads is taken to have none, since a request could never be removed otherwise. */
  async function abortUploadsOf(requestId: string): Promise<number> {
    try {
      return await abortUploads(`${base}results/${requestId}/`);
    } catch (error) {
      const cause = error instanceof StorageUnavailable ? error.cause : error;
      if (!hasNoListing(faultOf(cause))) throw error;
      return 0;
    }
  }

  /** Waits for the first bytes: a failure before them is an error of this call, not of an answer that has begun. */
  async function openObject(Key: string, range?: ByteRange) {
    const part = range && { Range: `bytes=${range.start}-${range.end}` };
    const object = await orNull(getObject({ Bucket: bucket, Key, ...part }));
    if (object !== null) await once(object.stream, 'readable');
    return object;
  }

  async function openAs(
    object: ImageObject | null,
    range?: ByteRange,
  ): Promise<StoredImage | null> {
    const opened = object && (await openObject(object.key, range));
    return opened && { ...opened, contentType: object.contentType };
  }

  return {
    async writeImage(requestId, ref, { file, format, sha256 }, signal = never()) {
      try {
        const name = imageNameOf(ref, format, sha256);
        const image = imageOf(requestId, name);
        if (image === null) {
          throw new Error(`Expected a file name, received ${name} for ${requestId}`);
        }
        const { size } = await stat(file);
        const release = await storing.acquire(Math.max(size, MIN_STORING_BYTES), signal, [
          requestId,
        ]);
        try {
          await writeObject({ ...image, bytes: await readFile(file), sha256 }, signal);
        } finally {
          release();
        }
        return name;
      } finally {
        await rm(file, { force: true });
      }
    },

    describeImage: (requestId, name) => describeObject(imageOf(requestId, name)),

    openImage: (requestId, name, range) => openAs(imageOf(requestId, name), range),

    async writeThumbnail(requestId, name, width, file) {
      try {
        const object = thumbnailObject(requestId, name, width);
        if (object === null) return;
        const bytes = await readFile(file);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        await writeObject({ ...object, bytes, sha256 }, never());
        const isGone = (await describeObject(imageOf(requestId, name))) === null;
        if (isGone) await removeObjects(object.key);
      } finally {
        await rm(file, { force: true });
      }
    },

    describeThumbnail: (requestId, name, width) =>
      describeObject(thumbnailObject(requestId, name, width)),

    openThumbnail: (requestId, name, width, range) =>
      openAs(thumbnailObject(requestId, name, width), range),

    async writeSheet(requestId, file) {
      const body = createReadStream(file);
      try {
        await answered(uploadCsv(client, { Bucket: bucket, Key: sheetKey(requestId) }, body));
      } finally {
        body.destroy();
      }
    },

    openSheet: (requestId) => openObject(sheetKey(requestId)),

    createResultFile: (requestId, round, kind) =>
      Promise.resolve(
        createResultFile(client, { Bucket: bucket, Key: resultKey(requestId, round, kind) }),
      ),

    openResult: (requestId, round, kind) => openObject(resultKey(requestId, round, kind)),

    async removeDrafts(requestId) {
      // Each image is written by one request, so a failed one leaves nothing.
      if (isRequestId(requestId)) await abortUploadsOf(requestId);
    },

    async removeRequest(requestId) {
      if (!isRequestId(requestId)) return 0;
      let count = 0;
      for (const folder of ['files', 'results']) {
        count += await removeObjects(`${base}${folder}/${requestId}/`);
      }
      // Last: when the uploads cannot be listed, the objects are removed all the same.
      return count + (await abortUploadsOf(requestId));
    },

    async check(signal = never()) {
      const listing = new ListObjectsV2Command({ Bucket: bucket, Prefix: base, MaxKeys: 1 });
      await answered(checkClient.send(listing, { abortSignal: signal }), signal);
    },
  };
}

/** Not shared: each request adds a listener. */
function never(): AbortSignal {
  return new AbortController().signal;
}

/** Whether the store has no list of unfinished uploads. */
function hasNoListing(fault: S3Fault): boolean {
  const { code, status } = fault;
  return isNotImplemented(fault) || status === 405 || code === 'MethodNotAllowed';
}

/** @returns `null` when there is no such object */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return null;
    throw asUnavailable(error);
  }
}
