import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateMultipartUploadCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { bucketStorage, diskStorage, type Storage } from '../../chaos/storage';
import { openTestBucket, type TestBucket } from '../support/s3';
import { openClient, storeSettingsOf } from '../support/s3Client';
import { recognizeNodeErrors } from '../support/nodeErrors';

recognizeNodeErrors();

describe('bucketStorage', () => {
  let bucket: TestBucket;
  let client: S3Client;
  let Bucket: string;
  let storage: Storage;

  beforeAll(async () => {
    bucket = await openTestBucket();
    client = openClient(bucket);
    Bucket = storeSettingsOf(bucket).bucket;
    storage = bucketStorage({
      url: bucket.url,
      endpoint: bucket.env['AWS_ENDPOINT_URL_S3'] ?? '',
      credentials: {
        accessKeyId: bucket.env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: bucket.env['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    });
  });
  afterAll(async () => {
    client.destroy();
    await bucket.remove();
  });

  it('finds all unfinished uploads, also beyond the first page of a listing', async () => {
    const keys = Array.from({ length: 1_010 }, (_, number) => `results/request-${number}/a.csv`);
    for (let from = 0; from < keys.length; from += 50) {
      await Promise.all(
        keys
          .slice(from, from + 50)
          .map((Key) => client.send(new CreateMultipartUploadCommand({ Bucket, Key }))),
      );
    }
    expect((await storage.drafts()).sort()).toEqual(keys.sort());
  }, 60_000);

  it('counts the results that were uploaded in parts', async () => {
    for (const [name, size] of Object.entries({ small: 10, large: 6 * 2 ** 20 })) {
      const params = { Bucket, Key: `results/${name}/result-1.csv`, Body: Buffer.alloc(size) };
      await new Upload({ client, params }).done();
    }
    expect(await storage.resultsInParts()).toBe(1);
  });
});

describe('diskStorage', () => {
  it('finds drafts of images and of results, and does not count them as images', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
    const files = [
      'files/request/ab/0-1.png',
      'files/request/ab/0-2.png.x.tmp',
      'results/request/result-1.csv',
      'results/request/result-1.csv.y.tmp',
    ];
    for (const file of files) {
      await mkdir(path.join(dataDir, path.dirname(file)), { recursive: true });
      await writeFile(path.join(dataDir, file), 'x');
    }
    const storage = diskStorage(dataDir);
    expect([...(await storage.images()).keys()]).toEqual(['request/0-1.png']);
    expect(await storage.drafts()).toEqual([files[1], files[3]]);
    await rm(dataDir, { recursive: true });
  });
});
