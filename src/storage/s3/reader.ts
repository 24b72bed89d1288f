import { createS3Client, type S3Settings } from './client';
import { getObject } from './getObject';
import type { StoredFile } from '../fileStore';

/** Reads objects of any bucket, such as those with images of users. */
export interface BucketReader {
  /** @throws any error of the SDK, which `faultOf` reads; also that there is no such object */
  open(bucket: string, key: string, signal: AbortSignal): Promise<StoredFile>;
}

/** Has connections of its own, so that slow sources do not delay what is stored; and repeats nothing: the caller does. */
export function createBucketReader(settings: S3Settings): BucketReader {
  const client = createS3Client(settings, { attempts: 1 });
  return {
    open: (Bucket, Key, signal) => getObject(client, { Bucket, Key }, signal),
  };
}
