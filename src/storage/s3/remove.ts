import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { StorageUnavailable } from '../../errors';
import {
  answered,
  asUnavailable,
  describe,
  faultOf,
  isNotImplemented,
  type S3Fault,
} from './errors';

/** Objects that are removed at once if the store does not support batches. */
const REMOVED_AT_ONCE = 8;

/** Why an object was not removed. */
interface Kept {
  readonly code: string;
  readonly reason: string;
}

export interface Remover {
  /**
   * Removes all objects with the prefix, a page of a listing at a time.
   *
   * @returns how many
   * @throws StorageUnavailable when some could not be removed, with their number and the first reason
   */
  removeObjects(prefix: string): Promise<number>;
  /**
   * Removes the parts of uploads that were neither completed nor aborted.
   *
   * @returns the number of uploads
   */
  abortUploads(prefix: string): Promise<number>;
}

export function createRemover(client: S3Client, bucket: string): Remover {
  let hasBatches = true;

  async function removePage(keys: readonly string[]): Promise<Kept[]> {
    if (hasBatches) {
      try {
        return await removeBatch(keys);
      } catch (error) {
        if (!mayRefuseBatches(faultOf(error))) throw asUnavailable(error);
      }
    }
    const kept = await removeEach(keys);
    if (kept.length < keys.length) hasBatches = false;
    return kept;
  }

  async function removeBatch(keys: readonly string[]): Promise<Kept[]> {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
    return Errors.map(({ Code = 'Error', Message = '' }) => ({
      code: Code,
      reason: describe({ code: Code, message: Message, status: null }),
    }));
  }

  async function removeEach(keys: readonly string[]): Promise<Kept[]> {
    const kept: Kept[] = [];
    for (let from = 0; from < keys.length; from += REMOVED_AT_ONCE) {
      const some = keys.slice(from, from + REMOVED_AT_ONCE);
      const removed = await Promise.allSettled(
        some.map((Key) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))),
      );
      for (const one of removed) {
        if (one.status === 'fulfilled') continue;
        const fault = faultOf(one.reason);
        kept.push({ code: fault.code, reason: describe(fault) });
      }
    }
    return kept;
  }

  async function* keysWith(prefix: string): AsyncGenerator<string[]> {
    let token: string | undefined;
    do {
      const page = await answered(
        client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
        ),
      );
      const keys = (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
      if (keys.length > 0) yield keys;
      token = page.NextContinuationToken;
    } while (token !== undefined && token !== '');
  }

  return {
    async removeObjects(prefix) {
      const kept: Kept[] = [];
      let count = 0;
      for await (const keys of keysWith(prefix)) {
        kept.push(...(await removePage(keys)));
        count += keys.length;
      }
      const [first] = kept;
      if (first === undefined) return count;
      throw new StorageUnavailable(
        first.code,
        `${first.reason}; ${kept.length} objects could not be removed`,
      );
    },

    async abortUploads(prefix) {
      let count = 0;
      for (let isDone = false; !isDone;) {
        const listing = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix });
        const { Uploads = [], IsTruncated } = await answered(client.send(listing));
        let aborted = 0;
        for (const { Key, UploadId } of Uploads) {
          if (await abortUpload(Key, UploadId)) aborted += 1;
        }
        // What is aborted leaves the listing, so that the first page shows the next ones. Not by the markers of the page:
        // versitygw 1.8 refuses its own.
        isDone = IsTruncated !== true || aborted === 0;
        count += aborted;
      }
      return count;
    },
  };

  /** @returns false when it was completed or aborted in the meantime */
  async function abortUpload(
    Key: string | undefined,
    UploadId: string | undefined,
  ): Promise<boolean> {
    try {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
      return true;
    } catch (error) {
      if (faultOf(error).code === 'NoSuchUpload') return false;
      throw asUnavailable(error);
    }
  }
}

/** Other answers to a batch say nothing about single objects. */
const NOT_OF_BATCHES = [403, 404, 408, 429];

/** Whether the store may support single removals only. The codes differ: some need a header that the SDK does not send. */
function mayRefuseBatches(fault: S3Fault): boolean {
  if (isNotImplemented(fault)) return true;
  const { status } = fault;
  return status !== null && status >= 400 && status < 500 && !NOT_OF_BATCHES.includes(status);
}
