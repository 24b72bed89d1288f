import { StorageUnavailable } from '../../src/errors';
import { createStorageCheck } from '../../src/http/storageCheck';
import { createS3Store } from '../../src/storage/s3/store';
import { eventually } from '../support/eventually';
import { openTestBucket, type TestBucket } from '../support/s3';
import { storeSettingsOf } from '../support/s3Client';
import { startS3Proxy, type S3Proxy } from '../support/s3Proxy';

describe('createStorageCheck(files)', () => {
  let bucket: TestBucket;
  let proxy: S3Proxy;
  beforeAll(async () => {
    bucket = await openTestBucket();
    proxy = await startS3Proxy(bucket.env['AWS_ENDPOINT_URL_S3'] ?? '');
  });
  afterAll(async () => {
    await proxy.stop();
    await bucket.remove();
  });

  it('sends a store that hangs one request, and closes it at the deadline', async () => {
    const outcomes: string[] = [];
    const store = createS3Store(storeSettingsOf(bucket, proxy.url), (_, outcome) =>
      outcomes.push(outcome),
    );
    const kept = { keptMs: 0, failureKeptMs: 60_000 };
    const check = createStorageCheck(store, { deadlineMs: 300, kept });
    proxy.set('hang');
    const late = new StorageUnavailable('Timeout', 'Timeout: no answer within 300 ms');
    await expect(Promise.all([check(), check()])).rejects.toEqual(late);
    await expect(check()).rejects.toEqual(late);
    await eventually(
      () => Promise.resolve(proxy.busy()),
      (busy) => busy === 0,
    );
    expect(outcomes).toEqual(['AbortError']);
  });

  it('resolves when the store answers', async () => {
    proxy.set('none');
    const check = createStorageCheck(createS3Store(storeSettingsOf(bucket, proxy.url)));
    await expect(check()).resolves.toBeUndefined();
  });
});
