import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandInput } from '@aws-sdk/client-s3';
import { StorageUnavailable } from '../../errors';
import { watchBody } from './body';
import { createS3Client, LIMITS, type S3ClientOptions, type S3Settings } from './client';

interface OpenedObject {
  readonly size: number;
  readonly modified: Date;
  readonly stream: Readable;
}

/** Opens an object. Whoever gets the stream must read or destroy it, since it holds a connection. */
export type GetObject = (
  input: GetObjectCommandInput,
  abortSignal?: AbortSignal,
) => Promise<OpenedObject>;

/**
 * Creates the function that opens objects, with a client of its own: the SDK would end a download whose reader pauses, as
 * the API does for a slow client. Here silence is limited until the header arrives, and then while the reader waits.
 *
 * @param convert makes the error that readers of a stream get; by default that of the SDK
 */
export function createDownloads(
  settings: S3Settings,
  options: S3ClientOptions,
  convert = (error: Error): Error => error,
): GetObject {
  const client = createS3Client(settings, options, true);
  const { silentMs } = options.limits ?? LIMITS;

  return async (input, abortSignal) => {
    const answer = await client.send(new GetObjectCommand(input), abortSignal && { abortSignal });
    const { Body: body } = answer;
    if (!(body instanceof Readable)) {
      throw new TypeError('Expected the SDK to return a stream of Node');
    }
    try {
      return { ...sizeAndTimeOf(answer), stream: watchBody(body, silentMs, convert) };
    } catch (error) {
      body.on('error', () => undefined).destroy();
      throw error;
    }
  };
}

export function sizeAndTimeOf(answer: {
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
}) {
  const { ContentLength: size, LastModified: modified } = answer;
  if (size !== undefined && modified !== undefined) return { size, modified };
  throw new StorageUnavailable(
    'InvalidAnswer',
    'InvalidAnswer: the answer has no Content-Length or no Last-Modified',
  );
}
