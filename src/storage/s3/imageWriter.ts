import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { asUnavailable, faultOf, isNotImplemented } from './errors';

export interface WrittenImage {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  /** In hex. The store verifies the bytes against it. */
  readonly sha256: string;
}

/**
 * Creates the function that writes an image unless its key exists. The key contains a hash of the content, so an existing
 * object has the same bytes.
 */
export function createImageWriter(client: S3Client, bucket: string) {
  let hasConditions = true;

  async function put(image: WrittenImage, isConditional: boolean, abortSignal: AbortSignal) {
    const { key, contentType, bytes, sha256 } = image;
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: bytes,
      ContentType: contentType,
      CacheControl: 'public, max-age=31536000, immutable',
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      ...(isConditional && { IfNoneMatch: '*' }),
    });
    await client.send(command, { abortSignal });
  }

  async function putOnce(image: WrittenImage, signal: AbortSignal): Promise<void> {
    try {
      await put(image, hasConditions, signal);
    } catch (error) {
      const { code, status } = faultOf(error);
      if (code === 'PreconditionFailed' || status === 412) return;
      // 409: another worker is writing the same image. That write may still fail, so this one is repeated.
      const isConcurrent = status === 409 && code === 'ConditionalRequestConflict';
      if (!hasConditions || !(isConcurrent || isNotImplemented(error))) throw error;
      hasConditions = isConcurrent;
      await put(image, false, signal);
    }
  }

  return async (image: WrittenImage, signal: AbortSignal): Promise<void> => {
    try {
      await putOnce(image, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw asUnavailable(error);
    }
  };
}
