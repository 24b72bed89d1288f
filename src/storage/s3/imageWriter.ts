import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { asUnavailable, faultOf, isNotImplemented, type S3Fault } from './errors';

export interface WrittenImage {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  /** In hex. The store verifies the bytes against it. */
  readonly sha256: string;
}

/** Headers that not every store supports. */
interface Extras {
  /** An existing image is not written again. */
  readonly condition: boolean;
  /** The store verifies the bytes. */
  readonly checksum: boolean;
}

/** They are tried in this sequence, until the store accepts one. */
const EXTRAS: readonly Extras[] = [
  { condition: true, checksum: true },
  { condition: false, checksum: true },
  { condition: true, checksum: false },
  { condition: false, checksum: false },
];

/** Codes with which stores refuse a header. */
const HEADER_REFUSED = ['ExcessHeaderValues', 'InvalidArgument', 'InvalidRequest'];

/**
 * Creates the function that writes an image unless its key exists. The key contains a hash of the content, so an existing
 * object has the same bytes.
 */
export function createImageWriter(client: S3Client, bucket: string) {
  let supported = EXTRAS;

  async function put(image: WrittenImage, extras: Extras, abortSignal: AbortSignal) {
    const { key, contentType, bytes, sha256 } = image;
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: bytes,
      ContentType: contentType,
      CacheControl: 'public, max-age=31536000, immutable',
      ...(extras.checksum && { ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') }),
      ...(extras.condition && { IfNoneMatch: '*' }),
    });
    await client.send(command, { abortSignal });
  }

  /**
   * Whether the object that the store says exists can be read, with all of its bytes. A store that is killed while it
   * writes may keep a part of the object's description (versitygw 1.8 does), and then refuses the next conditional write.
   */
  async function isWhole({ key, bytes }: WrittenImage, abortSignal: AbortSignal): Promise<boolean> {
    try {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
      const { ContentLength: size } = await client.send(command, { abortSignal });
      return size === bytes.length;
    } catch {
      // Writing it again changes nothing, or shows why it cannot be read.
      return false;
    }
  }

  async function putIfMissing(image: WrittenImage, extras: Extras, signal: AbortSignal) {
    try {
      await put(image, extras, signal);
    } catch (error) {
      const { code, status } = faultOf(error);
      const exists = code === 'PreconditionFailed' || status === 412;
      if (exists && (await isWhole(image, signal))) return;
      // Another worker is writing the same image, and that write may still fail; or the object that exists is not whole.
      if ((!exists && code !== 'ConditionalRequestConflict') || !extras.condition) throw error;
      await put(image, { ...extras, condition: false }, signal);
    }
  }

  async function putOnce(image: WrittenImage, signal: AbortSignal): Promise<void> {
    const candidates = supported;
    for (const [index, extras] of candidates.entries()) {
      try {
        await putIfMissing(image, extras, signal);
        supported = candidates.slice(index);
        return;
      } catch (error) {
        const isLast = index === candidates.length - 1;
        if (isLast || !refusesHeader(faultOf(error))) throw error;
      }
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

function refusesHeader(fault: S3Fault): boolean {
  const { code, status } = fault;
  return isNotImplemented(fault) || (status === 400 && HEADER_REFUSED.includes(code));
}
