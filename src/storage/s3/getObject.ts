import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { StorageUnavailable } from '../../errors';

/** Opens an object. Whoever gets the stream must read or destroy it, since it holds a connection. */
export async function getObject(
  client: S3Client,
  input: GetObjectCommandInput,
  abortSignal?: AbortSignal,
): Promise<{ size: number; modified: Date; stream: Readable }> {
  const answer = await client.send(new GetObjectCommand(input), abortSignal && { abortSignal });
  const { Body: stream } = answer;
  if (stream instanceof Readable) return { ...sizeAndTimeOf(answer), stream };
  throw new TypeError('Expected the SDK to return a stream of Node');
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
