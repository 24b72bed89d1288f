import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { faultOf, isMissing } from './errors';

export interface S3Settings {
  readonly pathStyle: boolean;
  /** Tests that use several stores set the following; otherwise they come from the SDK's own variables. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Called for each request to the store, retries included.
 *
 * @param operation as the SDK names it: `PutObject`
 * @param outcome `ok`, `not_found`, or the error code of the store or of the connection
 */
export type OnRequest = (operation: string, outcome: string) => void;

/** Time limits in milliseconds. */
export interface S3Limits {
  readonly connectMs: number;
  /** The time without a byte in either direction after which a request fails. */
  readonly silentMs: number;
}

export const LIMITS: S3Limits = { connectMs: 5_000, silentMs: 30_000 };
const ATTEMPTS = 3;

export interface S3ClientOptions {
  readonly onRequest?: OnRequest | undefined;
  readonly attempts?: number;
  readonly limits?: S3Limits | undefined;
}

/** @param isForDownloads the limit of silence ends with the header of an answer: see `createDownloads` */
export function createS3Client(
  { pathStyle, ...explicit }: S3Settings,
  { onRequest, attempts = ATTEMPTS, limits = LIMITS }: S3ClientOptions = {},
  isForDownloads = false,
): S3Client {
  // On Node 20 the SDK would print at every start that its releases of 2027 need a newer Node. The release in use is
  // pinned by the lock file and works, so operators do not need the warning. The variable has no other effect.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const { connectMs, silentMs } = limits;
  // The number of sockets is not limited: the time to connect would include the wait for one. Callers limit what they
  // send at once.
  const agent = { keepAlive: true };
  const client = new S3Client({
    ...explicit,
    forcePathStyle: pathStyle,
    // Many stores refuse the trailing checksums that the SDK adds by default. Images are sent with an explicit checksum.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    retryMode: 'standard',
    maxAttempts: attempts,
    requestHandler: {
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
      connectionTimeout: connectMs,
      ...(isForDownloads
        ? { requestTimeout: silentMs, throwOnRequestTimeout: true, socketTimeout: 0 }
        : { socketTimeout: silentMs }),
    },
  });
  if (onRequest !== undefined) watchRequests(client, onRequest);
  return client;
}

function watchRequests(client: S3Client, onRequest: OnRequest): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const operation = String(commandName).replace(/Command$/, '');
        try {
          const result = await next(args);
          onRequest(operation, 'ok');
          return result;
        } catch (error) {
          onRequest(operation, isMissing(error) ? 'not_found' : faultOf(error).code);
          throw error;
        }
      },
    // Outside the deserializer, which throws the store's errors, and inside the retries.
    { step: 'deserialize', priority: 'high', name: 'watchRequests' },
  );
}
