import type { S3Settings } from './client';
import { createDownloads } from './getObject';
import type { StoredFile } from '../fileStore';

/** Reads objects of any bucket that the credentials may read. */
export interface BucketReader {
  /** @throws any error of the SDK, also for a missing object; `faultOf` reads it */
  open(bucket: string, key: string, signal: AbortSignal): Promise<StoredFile>;
}

/** Creates a reader with connections of its own, so that slow sources do not delay the storage. The caller retries. */
export function createBucketReader(settings: S3Settings): BucketReader {
  const getObject = createDownloads(settings, { attempts: 1 });
  return {
    open: (Bucket, Key, signal) => getObject({ Bucket, Key }, signal),
  };
}
