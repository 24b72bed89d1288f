import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { messageOf } from '../../errors';
import type { Log } from '../../process/main';
import { assetFile, contentHash } from './assets';
import { cached, installOnce } from './cache';
import { findOnPath } from './commands';
import { goBuild, type GoProgram } from './goBuild';
import { provisioningError } from './provisioningError';

/** An S3 server on the loopback address that keeps its objects on disk: versitygw (Apache 2.0). */
const PROGRAM: GoProgram = {
  name: 'the S3 server (versitygw)',
  goMod: assetFile('versitygw', 'go.mod'),
  goPackage: 'github.com/versity/versitygw/cmd/versitygw',
  // No C compiler is needed: the server is built without its parts in C.
  env: { CGO_ENABLED: '0' },
};

const BUCKET = 'image-processor';
const REGION = 'us-east-1';
const POLL_MS = 50;
const ANSWER_MS = 5000;

const credentialsSchema = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
type Credentials = z.infer<typeof credentialsSchema>;

export interface ObjectStorage {
  /** The value for `STORAGE_URL`. */
  readonly url: string;
  readonly endpoint: string;
  readonly credentials: Credentials;
  /** Where the server keeps the objects, as files that are named by their keys. */
  readonly bucketFolder: string;
}

/** Finds the `versitygw` program, and builds it if necessary. */
export async function provideObjectStorage(log: Log): Promise<string> {
  const found = findOnPath('versitygw');
  if (found !== null) return found;
  try {
    // A container image does not contain our sources.
    if (!existsSync(PROGRAM.goMod)) throw new Error('no sources to build it from');
    const name = `versitygw-${contentHash(PROGRAM.goMod)}`;
    const folder =
      cached(name) ?? (await installOnce(name, (draft) => goBuild(PROGRAM, draft, log)));
    return path.join(folder, 'versitygw');
  } catch (error) {
    throw provisioningError(
      'object storage',
      [`go build: ${messageOf(error)}`],
      [
        'set STORAGE_URL to a bucket of a running server',
        'put `versitygw` on PATH (https://github.com/versity/versitygw)',
        'install Go 1.25 or newer, so that it can be built from its module',
      ],
    );
  }
}

/** Reads the credentials of the server's only user, or creates them at the first start of a data folder. */
export async function objectStorageCredentials(folder: string): Promise<Credentials> {
  const file = path.join(folder, 's3-credentials.json');
  const credentials = {
    accessKeyId: randomBytes(10).toString('hex'),
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  try {
    await writeFile(file, JSON.stringify(credentials), { mode: 0o600, flag: 'wx' });
    return credentials;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return credentialsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  }
}

const bucketsIn = (folder: string) => path.join(folder, 'objects', 'buckets');

export async function objectStorageArguments(folder: string, port: number): Promise<string[]> {
  // Metadata is kept in separate files, because not every file system supports extended attributes.
  const buckets = bucketsIn(folder);
  const metadata = path.join(folder, 'objects', 'metadata');
  for (const one of [buckets, metadata]) await mkdir(one, { recursive: true });
  const server = ['--port', `127.0.0.1:${port}`, '--region', REGION, '--keep-alive', '--quiet'];
  return [...server, 'posix', '--sidecar', metadata, buckets];
}

/** Returns the variables of the server's process. Settings for another server are cleared. */
export function objectStorageEnv(credentials: Credentials): NodeJS.ProcessEnv {
  return {
    ...without(/^(VGW_|ROOT_(ACCESS|SECRET)_|(LOGFILE|WEBHOOK)$)/),
    ROOT_ACCESS_KEY: credentials.accessKeyId,
    ROOT_SECRET_KEY: credentials.secretAccessKey,
  };
}

/** Returns the variables with which API and workers, or other processes, use the server. */
export function storageClientEnv({ url, endpoint, credentials }: ObjectStorage) {
  return {
    STORAGE_URL: url,
    STORAGE_PATH_STYLE: 'true',
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

/** Clears settings for another store: the SDK would use the user's session token or profile with our keys. */
export function withoutForeignStorage(): NodeJS.ProcessEnv {
  return without(/^(AWS_|STORAGE_URL$)/);
}

function without(foreign: RegExp): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => foreign.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** Resolves when the server of a data folder answers and has the bucket. */
export async function objectStorageReady(
  folder: string,
  endpoint: string,
  credentials: Credentials,
  timeoutMs: number,
): Promise<ObjectStorage> {
  // A warning about the version of Node would appear at every start.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  // Loaded only here: other starts do not need it.
  const { S3Client, CreateBucketCommand } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    endpoint,
    credentials,
    region: REGION,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  const deadline = Date.now() + timeoutMs;
  try {
    for (;;) {
      try {
        const abortSignal = AbortSignal.timeout(ANSWER_MS);
        await client.send(new CreateBucketCommand({ Bucket: BUCKET }), { abortSignal });
        break;
      } catch (error) {
        if (error instanceof Error && error.name === 'BucketAlreadyOwnedByYou') break;
        if (Date.now() > deadline) {
          throw new Error(`Object storage at ${endpoint} does not answer: ${messageOf(error)}`, {
            cause: error,
          });
        }
        await sleep(POLL_MS);
      }
    }
  } finally {
    client.destroy();
  }
  return {
    url: `s3://${BUCKET}`,
    endpoint,
    credentials,
    bucketFolder: path.join(bucketsIn(folder), BUCKET),
  };
}
