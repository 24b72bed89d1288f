import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import type { CompressOptions } from '../../contract/formats';
import { StorageUnavailable } from '../../src/errors';
import { createImagePipeline, type ImagePipeline } from '../../src/pipeline/pipeline';
import { openImageProcesses } from '../../src/pipeline/start';
import type { FileStore } from '../../src/storage/fileStore';
import { options } from '../support/compress';
import { bytes, startOrigin, status, type Origin } from '../support/origin';
import { openTestPipeline, testSettings } from '../support/pipeline';
import { photo } from '../support/pictures';
import { openTestBucket, type TestBucket } from '../support/s3';
import { openClient, storeSettingsOf } from '../support/s3Client';

const ID = '5efa2c81-0000-4000-8000-000000000000';
const never = new AbortController().signal;

let origin: Origin;
let dataDir: string;
let pipeline: ImagePipeline;

beforeEach(async () => {
  origin = await startOrigin();
  dataDir = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
});
afterEach(async () => {
  pipeline.close();
  await origin.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(env: Record<string, string> = {}): Promise<void> {
  pipeline = await openTestPipeline({
    DATA_DIR: dataDir,
    ALLOWED_NETWORKS: '127.0.0.0/8',
    ...env,
  });
}

const process = (link: string, ref: string, given: Partial<CompressOptions> = {}) =>
  pipeline.process(
    { caller: 'a', requestId: ID, ref, link, options: options(given) },
    new AbortController().signal,
  );

/** Large by its memory, but quickly compressed, since large images get little time on a busy machine. */
const LARGE = { effort: 'fast' } as const;
const largePicture = () =>
  sharp({ create: { width: 6000, height: 4200, channels: 3, background: '#678' } })
    .jpeg()
    .toBuffer();

async function downloadsLeft(): Promise<string[]> {
  const [own = ''] = await readdir(path.join(dataDir, 'downloads'));
  return readdir(path.join(dataDir, 'downloads', own));
}

describe('process(image)', () => {
  it('compresses and stores the image at the link, and reports how much was downloaded', async () => {
    await open();
    const original = await photo();
    const processed = await process(origin.on('/a.jpg', bytes(original)), '0-1');
    expect(processed).toEqual({
      file: expect.stringMatching(/^0-1-[0-9a-f]{32}\.jpg$/) as string,
      bytes_in: original.length,
      bytes_out: expect.any(Number) as number,
      width: 320,
      height: 240,
      format: 'jpeg',
      note: null,
    });
    expect(await downloadsLeft()).toEqual([]);
  });

  it('reports the steps of an image, in their order', async () => {
    await open();
    const steps: [string, number][] = [];
    const link = origin.on('/a.jpg', bytes(await photo()));
    const onStep = (step: string, ms: number) => steps.push([step, ms]);
    const image = { caller: 'a', requestId: ID, ref: '0-1', link, options: options({}), onStep };
    await pipeline.process(image, never);
    expect(steps.map(([step]) => step)).toEqual(['waited', 'downloaded', 'compressed', 'stored']);
    expect(steps.every(([, ms]) => ms >= 0)).toBe(true);
  });

  it('reports no download of an image that could not be downloaded', async () => {
    await open();
    const steps: string[] = [];
    const link = origin.on('/a.jpg', status(404));
    const onStep = (step: string) => steps.push(step);
    const image = { caller: 'a', requestId: ID, ref: '0-1', link, options: options({}), onStep };
    await expect(pipeline.process(image, never)).rejects.toMatchObject({ code: 'not_found' });
    expect(steps).toEqual(['waited']);
  });

  it('compresses a large image as well', async () => {
    await open();
    const link = origin.on('/a.jpg', bytes(await largePicture()));
    expect(await process(link, '0-1', LARGE)).toMatchObject({ width: 6000 });
    expect(origin.hits('/a.jpg')).toBe(1);
    expect(await downloadsLeft()).toEqual([]);
  });

  it('downloads and compresses small images while a large one waits or is compressed', async () => {
    await open({ IMAGE_CONCURRENCY: '1' });
    const done: string[] = [];
    const link = origin.on('/large.jpg', bytes(await largePicture()));
    const small = origin.on('/small.jpg', bytes(await photo()));
    const larges = Array.from({ length: 4 }, (_, n) =>
      process(link, `0-${n}`, LARGE).then(() => done.push('large')),
    );
    await Promise.all(Array.from({ length: 4 }, (_, n) => process(small, `1-${n}`)));
    expect(done.length).toBeLessThan(4);
    await Promise.all(larges);
  });
});

describe('process(image) with many large images', () => {
  it('downloads those again whose files found no room while they waited', async () => {
    const settings = testSettings({ DATA_DIR: dataDir, ALLOWED_NETWORKS: '127.0.0.0/8' });
    const { compressors, ...sources } = await openImageProcesses(settings);
    pipeline = createImagePipeline(sources, compressors, settings.files, settings.metrics, {
      unstored: 4,
      waitingBytes: 1,
    });
    const link = origin.on('/a.jpg', bytes(await largePicture()));
    expect(await process(link, '0-1', LARGE)).toMatchObject({ width: 6000 });
    expect(origin.hits('/a.jpg')).toBe(2);
  });
});

describe('process(image) while the storage is slow or fails', () => {
  async function openWith(unstored: number, writeImage: FileStore['writeImage']) {
    const settings = testSettings({
      DATA_DIR: dataDir,
      ALLOWED_NETWORKS: '127.0.0.0/8',
      IMAGE_CONCURRENCY: '2',
    });
    const { compressors, ...sources } = await openImageProcesses(settings);
    const files = { writeImage };
    pipeline = createImagePipeline(sources, compressors, files, settings.metrics, { unstored });
    return settings.files;
  }

  it('keeps few images on the disk', async () => {
    const most = { outputs: 0, files: 0 };
    const store = await openWith(3, async (...image) => {
      const left = await downloadsLeft();
      most.outputs = Math.max(most.outputs, left.filter((name) => name.endsWith('.out')).length);
      most.files = Math.max(most.files, left.length);
      // Longer than the others take to be downloaded and compressed.
      await sleep(200);
      return store.writeImage(...image);
    });
    const small = origin.on('/small.jpg', bytes(await photo()));
    const large = origin.on('/large.jpg', bytes(await largePicture()));
    await Promise.all([
      ...Array.from({ length: 20 }, (_, n) => process(small, `0-${n}`)),
      ...Array.from({ length: 3 }, (_, n) => process(large, `1-${n}`, LARGE)),
    ]);
    expect(most.outputs).toBeLessThanOrEqual(3);
    // Two that are downloaded, three large ones that wait, and three that are stored or compressed with their sources.
    expect(most.files).toBeLessThanOrEqual(2 + 3 + 2 * 3);
    expect(await downloadsLeft()).toEqual([]);
  });

  it('continues after images that could not be compressed or stored', async () => {
    let writes = 0;
    const store = await openWith(1, async (...image) => {
      writes += 1;
      if (writes > 2) return store.writeImage(...image);
      await rm(image[2].file);
      throw new StorageUnavailable('SlowDown', 'SlowDown (HTTP 503)');
    });
    const good = origin.on('/a.jpg', bytes(await photo()));
    const large = origin.on('/large.jpg', bytes(await largePicture()));
    const bad = origin.on('/bad.jpg', bytes(Buffer.from('<html>')));
    await expect(process(good, '0-0')).rejects.toThrow('SlowDown');
    await expect(process(large, '0-1', LARGE)).rejects.toThrow('SlowDown');
    await expect(process(bad, '0-2')).rejects.toMatchObject({ code: 'not_an_image' });
    expect(await process(large, '0-3', LARGE)).toMatchObject({ width: 6000 });
    expect(await process(good, '0-4')).toMatchObject({ width: 320 });
  });
});

describe('process(image) of a data: link', () => {
  const processData = (
    readData: () => Promise<Buffer | null>,
    given: Partial<CompressOptions> = {},
  ) => {
    const image = { caller: 'a', requestId: ID, ref: '0-1', link: 'data:image/jpeg (1 KB)' };
    return pipeline.process({ ...image, readData, options: options(given) }, never);
  };

  it('compresses and stores it as if it had been downloaded', async () => {
    await open();
    const original = await photo();
    expect(await processData(() => Promise.resolve(original))).toMatchObject({
      file: expect.stringMatching(/^0-1-[0-9a-f]{32}\.jpg$/) as string,
      bytes_in: original.length,
      width: 320,
    });
    expect(await downloadsLeft()).toEqual([]);
  });

  it('reads a large one again when its file found no room while it waited', async () => {
    const settings = testSettings({ DATA_DIR: dataDir });
    const { compressors, ...sources } = await openImageProcesses(settings);
    pipeline = createImagePipeline(sources, compressors, settings.files, settings.metrics, {
      unstored: 4,
      waitingBytes: 1,
    });
    const original = await largePicture();
    const readData = jest.fn(() => Promise.resolve(original));
    expect(await processData(readData, LARGE)).toMatchObject({ width: 6000 });
    expect(readData).toHaveBeenCalledTimes(2);
    expect(await downloadsLeft()).toEqual([]);
  });

  it('fails one whose bytes are no image', async () => {
    await open();
    const work = processData(() => Promise.resolve(Buffer.from('<html><title>Login</title>')));
    await expect(work).rejects.toMatchObject({ code: 'not_an_image' });
    expect(await downloadsLeft()).toEqual([]);
  });
});

describe('process(image) of an s3:// link', () => {
  const before = { ...env };
  let bucket: TestBucket;
  beforeAll(async () => {
    bucket = await openTestBucket();
    Object.assign(env, bucket.env);
  });
  afterAll(async () => {
    for (const name of Object.keys(bucket.env)) {
      if (before[name] === undefined) Reflect.deleteProperty(env, name);
      else env[name] = before[name];
    }
    await bucket.remove();
  });

  it('compresses and stores the object of a source bucket as if it had been downloaded', async () => {
    const { bucket: Bucket } = storeSettingsOf(bucket);
    await open({ SOURCE_BUCKETS: Bucket, STORAGE_PATH_STYLE: 'true' });
    const original = await photo();
    const client = openClient(bucket);
    await client.send(new PutObjectCommand({ Bucket, Key: 'shop/a b.jpg', Body: original }));
    client.destroy();
    expect(await process(`s3://${Bucket}/shop/a b.jpg`, '0-1')).toMatchObject({
      file: expect.stringMatching(/^0-1-[0-9a-f]{32}\.jpg$/) as string,
      bytes_in: original.length,
      width: 320,
    });
    expect(await downloadsLeft()).toEqual([]);
  });

  it('fails one of another bucket', async () => {
    await open();
    const work = process('s3://other-bucket/a.jpg', '0-1');
    await expect(work).rejects.toMatchObject({ code: 'blocked_address', retryable: false });
  });
});
