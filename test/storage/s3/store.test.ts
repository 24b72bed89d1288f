import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { StorageUnavailable } from '../../../src/errors';
import type { FileStore } from '../../../src/storage/fileStore';
import type { S3Limits } from '../../../src/storage/s3/client';
import { createS3Store, type S3StoreSettings } from '../../../src/storage/s3/store';
import { eventually } from '../../support/eventually';
import { recognizeNodeErrors } from '../../support/nodeErrors';
import { openTestBucket, type TestBucket } from '../../support/s3';
import { openClient, storeSettingsOf } from '../../support/s3Client';
import { startS3Proxy, type Matches, type S3Proxy } from '../../support/s3Proxy';
import { compressedFile, storeImage } from '../../support/storedImage';
import { IMAGE, REQUEST, specifyFileStore } from '../fileStore';

recognizeNodeErrors();

const NO_STREAM = Readable.from([]);

let bucket: TestBucket;
let proxy: S3Proxy;
let client: S3Client;
let Bucket: string;

beforeAll(async () => {
  bucket = await openTestBucket();
  proxy = await startS3Proxy(bucket.env['AWS_ENDPOINT_URL_S3'] ?? '');
  client = openClient(bucket);
  Bucket = storeSettingsOf(bucket).bucket;
});
afterEach(() => {
  proxy.set('none');
});
afterAll(async () => {
  client.destroy();
  await proxy.stop();
  await bucket.remove();
});

/** Returns a new store behind the proxy with an unused prefix, and the requests that it sends. */
function openStore(change: Partial<S3StoreSettings> = {}, limits?: S3Limits) {
  const requests: string[] = [];
  const prefix = `prefix/${randomUUID()}`;
  const store = createS3Store(
    { ...storeSettingsOf(bucket, proxy.url), prefix, ...change },
    (operation, outcome) => requests.push(`${operation} ${outcome}`),
    limits,
  );
  return { store, prefix: change.prefix ?? prefix, requests };
}

/** Runs a script in a new process, with a compiled store in the bucket; the SDK's variables are the bucket's. */
function nodeWith(script: string, change: Record<string, string | undefined> = {}) {
  const module = path.join(__dirname, '../../../dist/src/storage/s3/store.js');
  const open = `const store = require(${JSON.stringify(module)}).createS3Store(${JSON.stringify({ bucket: Bucket, prefix: '', pathStyle: true })});`;
  const env = { ...bucket.env, ...change };
  return promisify(execFile)(process.execPath, ['-e', open + script], { env });
}

async function keysBelow(Prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
  }
  return keys;
}

async function uploadsBelow(Prefix: string): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
  return Uploads.length;
}

async function unavailable(work: Promise<unknown>): Promise<StorageUnavailable> {
  const outcome = await work.then(
    () => new Error('Expected StorageUnavailable, but it succeeded'),
    (reason: unknown) => reason,
  );
  if (outcome instanceof StorageUnavailable) return outcome;
  throw outcome;
}

const of =
  (wanted: string): Matches =>
  (method) =>
    method === wanted;

/** The requests that find that an image is stored already. */
const EXISTS = ['PutObject PreconditionFailed', 'HeadObject ok'];

describe('the S3 store', () => {
  specifyFileStore(async (work) => {
    const { store, prefix } = openStore();
    await work(store, async () =>
      (await keysBelow(prefix)).map((key) => key.slice(key.lastIndexOf('/') + 1)),
    );
  });

  describe('writeImage', () => {
    it('stores an image below the prefix, with its content type, immutable caching and a checksum', async () => {
      const { store, prefix } = openStore();
      const name = await storeImage(store, REQUEST, '0-1', 'webp', IMAGE);
      const key = `${prefix}/files/${REQUEST}/${name}`;
      expect(await keysBelow(prefix)).toEqual([key]);
      const head = new HeadObjectCommand({ Bucket, Key: key, ChecksumMode: 'ENABLED' });
      const stored = await client.send(head);
      expect(stored).toMatchObject({
        ContentType: 'image/webp',
        CacheControl: 'public, max-age=31536000, immutable',
      });
      const [, hash = ''] = /-([0-9a-f]{32})\./.exec(name) ?? [];
      const checksum = Buffer.from(stored.ChecksumSHA256 ?? '', 'base64').toString('hex');
      expect(checksum.startsWith(hash)).toBe(true);
    });

    it('needs no prefix', async () => {
      const { store } = openStore({ prefix: '' });
      const request = randomUUID();
      const name = await storeImage(store, request, '0-1', 'png', IMAGE);
      expect(await keysBelow(`files/${request}`)).toEqual([`files/${request}/${name}`]);
      await expect(store.check()).resolves.toBeUndefined();
      await store.removeRequest(request);
      expect(await keysBelow(`files/${request}`)).toEqual([]);
    });

    it('sends one request, and succeeds when the image exists already', async () => {
      const { store, requests } = openStore();
      await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      expect(requests).toEqual(['PutObject ok', ...EXISTS]);
    });

    it('writes an image that exists by the words of the store and cannot be read', async () => {
      const { store, prefix, requests } = openStore();
      proxy.set('PreconditionFailed', (_, __, headers) => headers['if-none-match'] !== undefined);
      await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      expect(requests).toEqual([
        'PutObject PreconditionFailed',
        'HeadObject not_found',
        'PutObject ok',
      ]);
      expect(await keysBelow(prefix)).toHaveLength(1);
    });

    it('writes without a condition when the store supports none, and does not try one again', async () => {
      const { store, prefix, requests } = openStore();
      proxy.set('NotImplemented', (_, __, headers) => headers['if-none-match'] !== undefined);
      for (const ref of ['0-1', '0-2']) await storeImage(store, REQUEST, ref, 'png', IMAGE);
      expect(requests).toEqual(['PutObject NotImplemented', 'PutObject ok', 'PutObject ok']);
      expect(await keysBelow(prefix)).toHaveLength(2);
    });

    it.each(['ExcessHeaderValues', 'NotImplemented'] as const)(
      'writes without a checksum when the store answers %s, keeps the condition, and does not try one again',
      async (code) => {
        const { store, prefix, requests } = openStore();
        proxy.set(code, (_, __, headers) => headers['x-amz-checksum-sha256'] !== undefined);
        for (const ref of ['0-1', '0-1']) await storeImage(store, REQUEST, ref, 'png', IMAGE);
        expect(requests).toEqual([
          `PutObject ${code}`,
          `PutObject ${code}`,
          'PutObject ok',
          ...EXISTS,
        ]);
        expect(await keysBelow(prefix)).toHaveLength(1);
      },
    );

    it('fails after it has tried without all that stores may refuse, and tries all again next time', async () => {
      const { store, requests } = openStore();
      proxy.set('ExcessHeaderValues');
      const error = await unavailable(storeImage(store, REQUEST, '0-1', 'png', IMAGE));
      expect(error.code).toBe('ExcessHeaderValues');
      expect(requests).toHaveLength(4);
      proxy.set('none');
      for (const ref of ['0-1', '0-1']) await storeImage(store, REQUEST, ref, 'png', IMAGE);
      expect(requests.slice(4)).toEqual(['PutObject ok', ...EXISTS]);
    });

    it('sends at most 64 images at once', async () => {
      const { store } = openStore();
      let most = 0;
      proxy.set('slow', () => {
        most = Math.max(most, proxy.busy());
        return true;
      });
      const refs = Array.from({ length: 80 }, (_, number) => `0-${number}`);
      await Promise.all(refs.map((ref) => storeImage(store, REQUEST, ref, 'png', IMAGE)));
      expect(most).toBeLessThanOrEqual(64);
      expect(most).toBeGreaterThan(8);
    });

    it('fails when the store received other bytes', async () => {
      const { store, prefix } = openStore();
      const image = { ...(await compressedFile('png', IMAGE)), sha256: 'ab'.repeat(32) };
      const error = await unavailable(store.writeImage(REQUEST, '0-1', image));
      expect(error.code).toBe('BadDigest');
      expect(await keysBelow(prefix)).toEqual([]);
    });

    it('stores an image once when the answer is lost', async () => {
      const { store, prefix, requests } = openStore();
      let puts = 0;
      proxy.set('cut', (method) => method === 'PUT' && (puts += 1) === 1);
      await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      expect(requests).toEqual([expect.stringMatching(/^PutObject E/), ...EXISTS]);
      expect(await keysBelow(prefix)).toHaveLength(1);
    });

    it('throws the reason when aborted, and removes the local file', async () => {
      const { store } = openStore();
      const controller = new AbortController();
      const reason = new Error('cancelled');
      proxy.set('slow', () => {
        controller.abort(reason);
        return true;
      });
      const image = await compressedFile('png', IMAGE);
      await expect(store.writeImage(REQUEST, '0-1', image, controller.signal)).rejects.toBe(reason);
      expect(existsSync(image.file)).toBe(false);
    });

    it('removes the local file when the store refuses', async () => {
      const { store } = openStore();
      const image = await compressedFile('png', IMAGE);
      proxy.set('AccessDenied');
      await unavailable(store.writeImage(REQUEST, '0-1', image));
      expect(existsSync(image.file)).toBe(false);
    });
  });

  describe('with a store that fails', () => {
    const operations: [string, (store: FileStore, name: string) => Promise<unknown>][] = [
      ['writeImage', (store) => storeImage(store, REQUEST, '0-2', 'png', IMAGE)],
      ['openImage', (store, name) => store.openImage(REQUEST, name)],
      ['openResult', (store) => store.openResult(REQUEST, 1, 'result')],
      ['removeDrafts', (store) => store.removeDrafts(REQUEST)],
      ['removeRequest', (store) => store.removeRequest(REQUEST)],
      ['check', (store) => store.check()],
      [
        'commit',
        async (store) => {
          const file = await store.createResultFile(REQUEST, 1, 'result');
          await file.write('text');
          await file.commit();
        },
      ],
    ];

    it.each(operations)('throws its code and message: %s', async (_, work) => {
      const { store } = openStore();
      const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      proxy.set('AccessDenied');
      const denied = await unavailable(work(store, name));
      expect(denied).toMatchObject({
        code: 'AccessDenied',
        message: 'AccessDenied: Access Denied (HTTP 403)',
      });
      proxy.set('SlowDown');
      const slow = await unavailable(work(store, name));
      expect(slow).toMatchObject({
        code: 'SlowDown',
        message: 'SlowDown: Please reduce your request rate. (HTTP 503)',
      });
    });

    it('throws the status when the answer has no body: describeImage', async () => {
      const { store } = openStore();
      const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      proxy.set('AccessDenied');
      expect(await unavailable(store.describeImage(REQUEST, name))).toMatchObject({
        code: 'HTTP403',
        message: 'HTTP403 (HTTP 403)',
      });
    });

    it('tries three times', async () => {
      const { store, requests } = openStore();
      proxy.set('SlowDown');
      await unavailable(store.openResult(REQUEST, 1, 'result'));
      expect(requests).toEqual(Array(3).fill('GetObject SlowDown'));
    });

    it('checks once', async () => {
      const { store, requests } = openStore();
      proxy.set('SlowDown');
      await unavailable(store.check());
      expect(requests).toEqual(['ListObjectsV2 SlowDown']);
    });

    it('continues when it answers again', async () => {
      const { store, requests } = openStore();
      let tries = 0;
      proxy.set('SlowDown', () => (tries += 1) < 3);
      expect(await store.openResult(REQUEST, 1, 'result')).toBeNull();
      expect(requests.at(-1)).toBe('GetObject not_found');
    });

    it('throws the code of a connection that is cut', async () => {
      const { store } = openStore();
      proxy.set('cut');
      const error = await unavailable(storeImage(store, REQUEST, '0-1', 'png', IMAGE));
      expect(error.code).toMatch(/^(ECONNRESET|EPIPE)$/);
    });

    it('throws the code of a connection that is refused', async () => {
      const stopped = await startS3Proxy('http://127.0.0.1:1');
      await stopped.stop();
      const { store } = openStore({ endpoint: stopped.url });
      const error = await unavailable(store.check());
      expect(error.code).toBe('ECONNREFUSED');
      expect(error.message).toMatch(/^ECONNREFUSED: connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
    });

    it('throws its error for wrong credentials, which does not contain them', async () => {
      const { credentials } = storeSettingsOf(bucket);
      const { store } = openStore({ credentials: { ...credentials, secretAccessKey: 'hunter2' } });
      const error = await unavailable(store.check());
      expect(error.code).toBe('SignatureDoesNotMatch');
      expect(error.message).not.toContain('hunter2');
      expect(error.message).not.toContain(credentials.accessKeyId);
    });

    it('throws for a missing bucket, instead of reporting a missing file', async () => {
      const { store } = openStore({ bucket: 'no-such-bucket' });
      const error = await unavailable(store.openImage(REQUEST, `0-1-${'ab'.repeat(16)}.png`));
      expect(error.code).toBe('NoSuchBucket');
      expect((await unavailable(store.check())).code).toBe('NoSuchBucket');
    });

    it('throws that the bucket is in another region, instead of following it there', async () => {
      const { store, requests } = openStore();
      proxy.set('PermanentRedirect', (_, __, { authorization = '' }) =>
        authorization.includes('/us-east-1/'),
      );
      expect((await unavailable(store.check())).code).toBe('PermanentRedirect');
      expect(requests).toEqual(['ListObjectsV2 PermanentRedirect']);
      const { store: elsewhere } = openStore({ region: 'eu-central-1' });
      expect((await unavailable(elsewhere.check())).code).toBe('AuthorizationHeaderMalformed');
    });

    it('answers others while images are open that are not read', async () => {
      const { store, prefix } = openStore();
      const bytes = Buffer.alloc(2 ** 20, 'x');
      const name = await storeImage(store, REQUEST, '0-1', 'png', bytes);
      const opened = await Promise.all(
        Array.from({ length: 70 }, () => store.openImage(REQUEST, name)),
      );
      await store.check();
      await storeImage(store, REQUEST, '0-2', 'png', IMAGE);
      expect(await keysBelow(prefix)).toHaveLength(2);
      for (const image of opened) image?.stream.destroy();
      await eventually(
        () => Promise.resolve(proxy.busy()),
        (busy) => busy === 0,
      );
    });

    it('waits for a reader that pauses longer than the store may be silent', async () => {
      const { store } = openStore({}, { connectMs: 5_000, silentMs: 1_500 });
      const bytes = Buffer.alloc(32 * 2 ** 20, 'x');
      const name = await storeImage(store, REQUEST, '0-1', 'png', bytes);
      const image = await store.openImage(REQUEST, name);
      await sleep(4_000);
      expect((await buffer(image?.stream ?? NO_STREAM)).equals(bytes)).toBe(true);
    });

    it('fails when the store is silent', async () => {
      const { store } = openStore({}, { connectMs: 5_000, silentMs: 500 });
      const name = await storeImage(store, REQUEST, '0-1', 'png', Buffer.alloc(2 ** 20, 'x'));
      proxy.set('hang');
      expect((await unavailable(store.check())).code).toBe('Timeout');
      expect((await unavailable(store.openImage(REQUEST, name))).code).toBe('ETIMEDOUT');
      proxy.set('stall');
      const image = await store.openImage(REQUEST, name);
      expect(await unavailable(buffer(image?.stream ?? NO_STREAM))).toMatchObject({
        code: 'Timeout',
        message: 'Timeout: no byte arrived for 500 ms',
      });
    });

    it('fails to open an image when the connection is cut before its first byte', async () => {
      const { store, requests } = openStore();
      const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      proxy.set('header');
      const { code } = await unavailable(store.openImage(REQUEST, name));
      expect(code).toBe('ECONNRESET');
      expect(requests.slice(1)).toEqual(['GetObject ok', 'GetObject ECONNRESET']);
    });

    it('closes the connection when the answer lacks a date', async () => {
      const { store } = openStore();
      const name = await storeImage(store, REQUEST, '0-1', 'png', Buffer.alloc(32 * 2 ** 20, 'x'));
      proxy.set('undated');
      expect((await unavailable(store.openImage(REQUEST, name))).code).toBe('InvalidAnswer');
      await eventually(
        () => Promise.resolve(proxy.busy()),
        (busy) => busy === 0,
      );
    });

    it.each([{}, { AWS_REGION: '' }])('throws that no region is set, with %j', async (region) => {
      const child = await nodeWith('store.check().catch((error) => console.log(error.message))', {
        AWS_REGION: undefined,
        AWS_CONFIG_FILE: '/dev/null',
        ...region,
      });
      expect(child.stdout).toBe('RegionMissing: set AWS_REGION to the region of the bucket\n');
    });

    it('ends a stream with an error when the connection is cut within it, and counts it', async () => {
      const { store, requests } = openStore();
      const name = await storeImage(store, REQUEST, '0-1', 'png', Buffer.alloc(2 ** 20, 'x'));
      proxy.set('cut');
      const image = await store.openImage(REQUEST, name);
      expect(image?.size).toBe(2 ** 20);
      const error = await unavailable(buffer(image?.stream ?? NO_STREAM));
      expect(error.code).toBe('ECONNRESET');
      expect(requests.slice(1)).toEqual(['GetObject ok', 'GetObject ECONNRESET']);
    });
  });

  describe('result files', () => {
    const LARGE = 'S. No.,Größe\n'.repeat(100_000);

    /** Writes 12 parts of more than 1 MB. */
    async function writeLarge(store: FileStore) {
      const file = await store.createResultFile(REQUEST, 1, 'result');
      for (let part = 0; part < 12; part += 1) await file.write(LARGE);
      return file;
    }

    it('are uploaded in parts, and read as they were written', async () => {
      const { store, requests } = openStore();
      await (await writeLarge(store)).commit();
      expect(requests.filter((request) => request === 'UploadPart ok').length).toBeGreaterThan(2);
      const result = await store.openResult(REQUEST, 1, 'result');
      const text = (await buffer(result?.stream ?? NO_STREAM)).toString();
      expect(text === LARGE.repeat(12)).toBe(true);
    });

    it('leave no parts when they are discarded', async () => {
      const { store, prefix, requests } = openStore();
      const file = await writeLarge(store);
      await file.discard();
      expect(requests).toContain('UploadPart ok');
      expect(await uploadsBelow(prefix)).toBe(0);
      expect(await keysBelow(prefix)).toEqual([]);
    });

    it('stay when they are discarded after the commit', async () => {
      const { store, prefix } = openStore();
      const file = await writeLarge(store);
      await file.commit();
      await file.discard();
      expect(await keysBelow(prefix)).toHaveLength(1);
    });

    it('fail during writing when a part is refused, and leave nothing', async () => {
      const { store, prefix } = openStore();
      proxy.set('AccessDenied', (method, path) => method === 'PUT' && path.includes('partNumber='));
      const file = await store.createResultFile(REQUEST, 1, 'result');
      const error = await unavailable(
        (async () => {
          for (let part = 0; part < 40; part += 1) await file.write(LARGE);
        })(),
      );
      expect(error.code).toBe('AccessDenied');
      expect((await unavailable(file.commit())).code).toBe('AccessDenied');
      await file.discard();
      expect(await uploadsBelow(prefix)).toBe(0);
      expect(await keysBelow(prefix)).toEqual([]);
    });

    it('can be discarded while the store refuses everything', async () => {
      const { store, prefix } = openStore();
      const file = await writeLarge(store);
      proxy.set('AccessDenied');
      await file.discard();
      expect(await uploadsBelow(prefix)).toBe(1);
      proxy.set('none');
      await store.removeDrafts(REQUEST);
      expect(await uploadsBelow(prefix)).toBe(0);
    });
  });

  describe('removeDrafts', () => {
    it('aborts the uploads of the request, and nothing else', async () => {
      const { store, prefix } = openStore();
      const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      const other = `${prefix}/results/${randomUUID()}/result-1.csv`;
      for (const Key of [`${prefix}/results/${REQUEST}/result-1.csv`, other]) {
        await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      }
      await store.removeDrafts(REQUEST);
      expect(await uploadsBelow(`${prefix}/results/${REQUEST}/`)).toBe(0);
      expect(await uploadsBelow(prefix)).toBe(1);
      expect(await keysBelow(prefix)).toEqual([`${prefix}/files/${REQUEST}/${name}`]);
    });

    it('aborts more uploads than a listing shows at once', async () => {
      const { store, prefix } = openStore();
      const Key = `${prefix}/results/${REQUEST}/result-1.csv`;
      for (let begun = 0; begun < 1_050; begun += 50) {
        const some = Array.from({ length: 50 }, () =>
          client.send(new CreateMultipartUploadCommand({ Bucket, Key })),
        );
        await Promise.all(some);
      }
      await store.removeDrafts(REQUEST);
      expect(await uploadsBelow(prefix)).toBe(0);
    });

    it('returns when a listing goes on but does not say where', async () => {
      const { store, requests } = openStore();
      proxy.set('truncated');
      await store.removeDrafts(REQUEST);
      expect(requests).toEqual(['ListMultipartUploads ok']);
    });
  });

  describe('removeRequest', () => {
    async function fill(prefix: string, count: number): Promise<void> {
      const numbers = Array.from({ length: count }, (_, number) => number);
      for (let from = 0; from < count; from += 50) {
        await Promise.all(
          numbers.slice(from, from + 50).map((number) => {
            const Key = `${prefix}/files/${REQUEST}/0-${number}.png`;
            return client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
          }),
        );
      }
    }

    it('removes more than one batch, and aborts uploads', async () => {
      const { store, prefix, requests } = openStore();
      await fill(prefix, 1_050);
      await (await store.createResultFile(REQUEST, 1, 'result')).commit();
      const Key = `${prefix}/results/${REQUEST}/result-2.csv`;
      await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      requests.length = 0;
      expect(await store.removeRequest(REQUEST)).toBe(1_052);
      expect(await keysBelow(prefix)).toEqual([]);
      expect(await uploadsBelow(prefix)).toBe(0);
      expect(requests.filter((request) => request === 'DeleteObjects ok')).toHaveLength(3);
    });

    const batches = (requests: readonly string[]) =>
      requests.filter((request) => request.startsWith('DeleteObjects'));

    it.each(['NotImplemented', 'MissingContentMD5'] as const)(
      'removes one by one when the store answers %s to batches, and does not try one again',
      async (code) => {
        const { store, prefix, requests } = openStore();
        proxy.set(code, of('POST'));
        await fill(prefix, 20);
        await store.removeRequest(REQUEST);
        expect(await keysBelow(prefix)).toEqual([]);
        await fill(prefix, 1);
        await store.removeRequest(REQUEST);
        expect(await keysBelow(prefix)).toEqual([]);
        expect(batches(requests)).toEqual([`DeleteObjects ${code}`]);
      },
    );

    it('tries batches again when single removals were refused too', async () => {
      const { store, prefix, requests } = openStore();
      await fill(prefix, 3);
      proxy.set('MissingContentMD5', (method) => method === 'POST' || method === 'DELETE');
      expect((await unavailable(store.removeRequest(REQUEST))).code).toBe('MissingContentMD5');
      proxy.set('none');
      await store.removeRequest(REQUEST);
      expect(batches(requests)).toEqual(['DeleteObjects MissingContentMD5', 'DeleteObjects ok']);
    });

    const isListOfUploads: Matches = (method, path) =>
      method === 'GET' && /[?&]uploads\b/.test(path);

    it.each(['NotImplemented', 'MethodNotAllowed'] as const)(
      'takes it that there are no uploads when the store answers %s',
      async (code) => {
        const { store, prefix, requests } = openStore();
        await fill(prefix, 1);
        proxy.set(code, isListOfUploads);
        await store.removeDrafts(REQUEST);
        await store.removeRequest(REQUEST);
        expect(await keysBelow(prefix)).toEqual([]);
        expect(requests).toContain(`ListMultipartUploads ${code}`);
      },
    );

    it('removes the objects also when the uploads may not be listed', async () => {
      const { store, prefix } = openStore();
      await fill(prefix, 1);
      proxy.set('AccessDenied', isListOfUploads);
      expect((await unavailable(store.removeRequest(REQUEST))).code).toBe('AccessDenied');
      expect(await keysBelow(prefix)).toEqual([]);
    });

    it('throws how many could not be removed and why, and removes the rest', async () => {
      const { store, prefix } = openStore();
      await fill(prefix, 20);
      const [first = '', second = ''] = await keysBelow(prefix);
      const isKept: Matches = (method, path) =>
        method === 'DELETE' && [first, second].some((key) => path.includes(key));
      proxy.set('NotImplemented', of('POST'));
      await storeImage(store, REQUEST, '1-1', 'png', IMAGE);
      const other = randomUUID();
      const name = await storeImage(store, other, '0-1', 'png', IMAGE);
      // Our store now knows that the server supports no batches.
      await store.removeRequest(other);
      expect(await keysBelow(`${prefix}/files/${other}/${name}`)).toEqual([]);
      proxy.set('AccessDenied', isKept);
      expect(await unavailable(store.removeRequest(REQUEST))).toMatchObject({
        code: 'AccessDenied',
        message: 'AccessDenied: Access Denied (HTTP 403); 2 objects could not be removed',
      });
      expect(await keysBelow(prefix)).toEqual([first, second]);
      proxy.set('none');
      await store.removeRequest(REQUEST);
      expect(await keysBelow(prefix)).toEqual([]);
    });
  });

  it('prints no warning about the version of Node', async () => {
    const { stdout, stderr } = await nodeWith('store.check().then(() => console.log("checked"))');
    expect({ stdout, stderr }).toEqual({ stdout: 'checked\n', stderr: '' });
  });

  it('reads part of an image with one request', async () => {
    const { store, requests } = openStore();
    const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
    const part = await store.openImage(REQUEST, name, { start: 4, end: 8 });
    expect(await buffer(part?.stream ?? NO_STREAM)).toEqual(IMAGE.subarray(4, 9));
    expect(requests.slice(1)).toEqual(['GetObject ok']);
  });
});
