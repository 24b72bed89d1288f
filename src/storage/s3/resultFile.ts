import { PassThrough, type Readable } from 'node:stream';
import { once } from 'node:events';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { bufferText } from '../bufferedText';
import type { ResultFile } from '../fileStore';
import { answered } from './errors';

/** Parts that are uploaded at once. Each takes 5 MiB of memory. */
const PARTS_AT_ONCE = 2;

interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * Uploads a CSV in parts, or in one request when it is small. It becomes visible when it is complete; when that fails,
 * its parts are removed.
 */
export async function uploadCsv(client: S3Client, target: Target, body: Readable): Promise<void> {
  const params = { ...target, Body: body, ContentType: 'text/csv; charset=utf-8' };
  await new Upload({ client, params, queueSize: PARTS_AT_ONCE }).done();
}

/**
 * Creates a CSV that is uploaded in parts while it is written, or in one request when it is small. It becomes visible when
 * it is complete.
 */
export function createResultFile(client: S3Client, target: Target): ResultFile {
  const body = new PassThrough();
  // The upload reports the same error.
  body.on('error', () => undefined);
  const uploaded = uploadCsv(client, target, body);
  // It may fail between two writes; the next one throws it.
  uploaded.catch(() => undefined);
  let isCommitted = false;

  const { write, flush } = bufferText(async (text) => {
    if (body.write(text)) return;
    // When the upload fails, it destroys the body, and is rejected a little later.
    const drained = once(body, 'drain').catch(() => uploaded);
    await answered(Promise.race([drained, uploaded]));
  });

  return {
    write,
    async commit() {
      await flush();
      body.end();
      await answered(uploaded);
      isCommitted = true;
    },
    async discard() {
      if (isCommitted) return;
      // Not `upload.abort()`, which does not wait until the parts are removed. Parts that cannot be removed now are removed
      // by removeDrafts.
      body.destroy(new Error('The file is discarded'));
      await uploaded.catch(() => undefined);
    },
  };
}
