import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import pino from 'pino';
import { StorageUnavailable } from '../../src/errors';
import { createBucketImages, type BucketImagesSettings } from '../../src/pipeline/bucketImages';
import type { S3Settings } from '../../src/storage/s3/client';
import { createBucketReader } from '../../src/storage/s3/reader';
import { failure } from '../images/failure';
import { recognizeNodeErrors } from '../support/nodeErrors';
import { openTestBucket, type TestBucket } from '../support/s3';
import { openClient, storeSettingsOf } from '../support/s3Client';
import { startS3Proxy, type S3Proxy } from '../support/s3Proxy';

recognizeNodeErrors();

const LIMIT = 2_000_000;
const never = new AbortController().signal;

let bucket: TestBucket;
let client: S3Client;
let proxy: S3Proxy;
let Bucket: string;
let folder: string;
/** What was logged in a test. */
let logged: unknown[];

beforeAll(async () => {
  bucket = await openTestBucket();
  client = openClient(bucket);
  proxy = await startS3Proxy(bucket.env['AWS_ENDPOINT_URL_S3'] ?? '');
  Bucket = storeSettingsOf(bucket).bucket;
});
afterAll(async () => {
  client.destroy();
  await proxy.stop();
  await bucket.remove();
});
beforeEach(async () => {
  logged = [];
  folder = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
});
afterEach(async () => {
  proxy.set('none');
  await rm(folder, { recursive: true, force: true });
});

/** Opens the bucket images of a worker, whose requests go through the proxy. */
function open(
  change: Partial<BucketImagesSettings> = {},
  endpoint = proxy.url,
  credentials: S3Settings['credentials'] | null = storeSettingsOf(bucket).credentials,
) {
  const { pathStyle, region } = storeSettingsOf(bucket);
  return createBucketImages(
    {
      folder,
      buckets: [Bucket],
      concurrency: 10,
      maxBytes: LIMIT,
      timeoutMs: 30_000,
      logger: pino(
        { base: null, timestamp: false },
        { write: (line) => logged.push(JSON.parse(line)) },
      ),
      onDownload: () => undefined,
      ...change,
    },
    createBucketReader({ pathStyle, region, endpoint, ...(credentials && { credentials }) }),
  );
}

/** Puts an object into the bucket. @returns its link */
async function put(Key: string, Body: string | Buffer = 'bytes'): Promise<string> {
  await client.send(new PutObjectCommand({ Bucket, Key, Body }));
  return `s3://${Bucket}/${Key}`;
}

describe('fetch(link)', () => {
  it.each(['a.jpg', 'shop/a b.jpg', 'a%20b.jpg', 'a?b=c#d.jpg', 'a+b&c.jpg', 'Größe 画像.jpg'])(
    'downloads the object with the key %j to a file, which the caller removes',
    async (key) => {
      const source = await open().fetch(await put(key, key), ['a'], never);
      expect(source.bytes).toBe(Buffer.byteLength(key));
      expect(await readFile(source.file, 'utf8')).toBe(key);
      await source.remove();
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('downloads an object as large as the limit, and reports how long it took', async () => {
    const seconds: number[] = [];
    const bytes = Buffer.alloc(LIMIT, 'x');
    const link = await put('large.jpg', bytes);
    const { fetch } = open({ onDownload: (took) => seconds.push(took) });
    const source = await fetch(link, ['a'], never);
    expect((await readFile(source.file)).equals(bytes)).toBe(true);
    expect(seconds).toHaveLength(1);
  });

  it.each(['s3://other-bucket/a.jpg', 'S3://Other/a.jpg'])(
    'blocked_address: the bucket of %s is not in SOURCE_BUCKETS',
    async (link) => {
      const error = await failure(open().fetch(link, ['a'], never));
      expect(error).toMatchObject({ code: 'blocked_address', retryable: false });
      expect(error.message).toMatch(/^Expected a bucket that SOURCE_BUCKETS names, received "/);
    },
  );

  it('invalid_url: a link without a key', async () => {
    const error = await failure(open().fetch(`s3://${Bucket}/`, ['a'], never));
    expect(error).toMatchObject({ code: 'invalid_url', retryable: false });
  });

  it('too_large: an object over the limit', async () => {
    const link = await put('larger.jpg', Buffer.alloc(LIMIT + 1));
    const error = await failure(open().fetch(link, ['a'], never));
    expect(error).toMatchObject({ code: 'too_large', retryable: false });
    expect(error.message).toBe('Expected at most 2000000 bytes, received an object of 2000001');
    expect(await readdir(folder)).toEqual([]);
  });

  it('not_an_image: an empty object', async () => {
    const error = await failure(
      open().fetch(await put('empty.jpg', Buffer.alloc(0)), ['a'], never),
    );
    expect(error).toMatchObject({ code: 'not_an_image', retryable: false });
  });

  it('not_found: a missing object', async () => {
    const error = await failure(open().fetch(`s3://${Bucket}/missing.jpg`, ['a'], never));
    expect(error).toMatchObject({ code: 'not_found', retryable: false });
    expect(error.message).toMatch(/^Expected the image, received NoSuchKey \(HTTP 404\)$/);
    expect(logged).toEqual([]);
  });

  it('not_found: a missing bucket', async () => {
    const { fetch } = open({ buckets: ['no-such-bucket'] });
    const error = await failure(fetch('s3://no-such-bucket/a.jpg', ['a'], never));
    expect(error).toMatchObject({ code: 'not_found', retryable: false });
    expect(error.message).toContain('NoSuchBucket');
  });

  it.each([
    ['AuthorizationHeaderMalformed', 400],
    ['ExpiredToken', 400],
    ['InvalidToken', 400],
    ['InvalidAccessKeyId', 403],
    ['SignatureDoesNotMatch', 403],
    ['RequestTimeTooSkewed', 403],
    ['PermanentRedirect', 301],
  ] as const)('StorageUnavailable, which costs no attempt: %s', async (code, status) => {
    const link = await put('a.jpg');
    proxy.set(code);
    const error: unknown = await open()
      .fetch(link, ['a'], never)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageUnavailable);
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(
        new RegExp(`^${code}: .* \\(HTTP ${status}\\) from the source bucket ${Bucket}$`),
      ) as string,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('StorageUnavailable, which costs no attempt: no credentials are found', async () => {
    const before = { ...process.env };
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = path.join(folder, 'none');
    try {
      const { fetch } = open({}, proxy.url, null);
      await expect(fetch(`s3://${Bucket}/a.jpg`, ['a'], never)).rejects.toMatchObject({
        name: 'StorageUnavailable',
        code: 'CredentialsProviderError',
      });
    } finally {
      process.env = before;
    }
  });

  it('http_403: an object that the credentials may not read', async () => {
    const link = await put('a.jpg');
    proxy.set('AccessDenied');
    const error = await failure(open().fetch(link, ['a'], never));
    expect(error).toMatchObject({ code: 'http_403', retryable: false });
    expect(error.message).toBe(
      'Expected the image, received AccessDenied (HTTP 403); ' +
        "the workers' credentials need s3:GetObject for this bucket",
    );
    expect(logged).toEqual([
      {
        level: 40,
        bucket: Bucket,
        reason: 'AccessDenied: Access Denied (HTTP 403)',
        msg: 'A download from a source bucket failed',
      },
    ]);
  });

  it('http_5xx, which is retried, after one request: SlowDown', async () => {
    const link = await put('a.jpg');
    let requests = 0;
    proxy.set('SlowDown', () => (requests += 1) > 0);
    const error = await failure(open().fetch(link, ['a'], never));
    expect(error).toMatchObject({ code: 'http_5xx', retryable: true });
    expect(error.message).toBe('Expected the image, received SlowDown (HTTP 503)');
    expect(requests).toBe(1);
  });

  it('connect_failure, which is retried: a connection that breaks within the object', async () => {
    const link = await put('broken.jpg', Buffer.alloc(LIMIT, 'x'));
    proxy.set('cut');
    const error = await failure(open().fetch(link, ['a'], never));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(await readdir(folder)).toEqual([]);
  });

  it('connect_failure, which is retried: a store that is down', async () => {
    const { fetch } = open({}, 'http://127.0.0.1:1');
    const error = await failure(fetch(`s3://${Bucket}/a.jpg`, ['a'], never));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toBe('Expected the image, received ECONNREFUSED');
    expect(logged).toMatchObject([{ reason: expect.stringContaining('127.0.0.1:1') as string }]);
  });

  it('timeout, which is retried: a store that is slow', async () => {
    const link = await put('a.jpg');
    proxy.set('slow');
    const error = await failure(open({ timeoutMs: 100 }).fetch(link, ['a'], never));
    expect(error).toMatchObject({ code: 'timeout', retryable: true });
    expect(error.message).toBe('Download exceeded 100 ms');
  });

  it('throws the reason when aborted, and leaves no file', async () => {
    const link = await put('a.jpg');
    const controller = new AbortController();
    const reason = new Error('cancelled');
    proxy.set('slow', () => {
      controller.abort(reason);
      return true;
    });
    await expect(open().fetch(link, ['a'], controller.signal)).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  it('limits concurrent downloads, and starts the next one after a success or a failure', async () => {
    const link = await put('a.jpg');
    const { fetch } = open({ concurrency: 1 });
    const first = await fetch(link, ['a'], never);
    const done: string[] = [];
    const second = failure(fetch(`s3://${Bucket}/missing.jpg`, ['b'], never)).then(() =>
      done.push('second'),
    );
    const third = fetch(link, ['c'], never).then(() => done.push('third'));
    await client.send(new PutObjectCommand({ Bucket, Key: 'other', Body: 'x' }));
    expect(done).toEqual([]);
    first.releasePermit();
    await Promise.all([second, third]);
    expect(done).toEqual(['second', 'third']);
  });
});
