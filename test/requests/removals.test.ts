import { randomUUID } from 'node:crypto';
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { call } from '../support/api';
import { requestRecord } from '../support/recorded';
import { openTestBucket, type TestBucket } from '../support/s3';
import { openClient, storeSettingsOf } from '../support/s3Client';
import { startS3Proxy, type Matches, type S3Proxy } from '../support/s3Proxy';
import { startService, type Service } from '../support/service';

describe('deletion while object storage refuses', () => {
  let bucket: TestBucket;
  let client: S3Client;
  let proxy: S3Proxy;
  let service: Service;

  beforeAll(async () => {
    bucket = await openTestBucket();
    client = openClient(bucket);
    proxy = await startS3Proxy(bucket.env['AWS_ENDPOINT_URL_S3'] ?? '');
    Object.assign(process.env, bucket.env, { AWS_ENDPOINT_URL_S3: proxy.url });
    service = await startService({
      worker: false,
      env: { STORAGE_URL: bucket.url, STORAGE_PATH_STYLE: 'true' },
    });
  });
  afterEach(() => {
    proxy.set('none');
  });
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
    client.destroy();
    await bucket.remove();
  });

  const sweep = () => service.operations.reconcile(new Date(Date.now() + 1), 0);
  const keyOf = (id: string) => `prefix/files/${id}/0-0.jpg`;
  const isAbout =
    (id: string): Matches =>
    (_, path) =>
      path.includes(id);

  /** Records a request with an image, last updated this many seconds ago. @returns its id */
  async function recorded(state: 'completed' | 'withdrawn', secondsAgo: number): Promise<string> {
    const _id = randomUUID();
    const updated_at = new Date(Date.now() - secondsAgo * 1000);
    await service.records.requests.create(requestRecord({ _id, state, updated_at, rows: 0 }));
    const { bucket: Bucket } = storeSettingsOf(bucket);
    await client.send(new PutObjectCommand({ Bucket, Key: keyOf(_id), Body: 'x' }));
    return _id;
  }

  async function hasImage(id: string): Promise<boolean> {
    const { bucket: Bucket } = storeSettingsOf(bucket);
    const listing = new ListObjectsV2Command({ Bucket, Prefix: keyOf(id) });
    return (await client.send(listing)).KeyCount === 1;
  }

  it('is answered 204, and completed by the reconciler', async () => {
    const id = await recorded('completed', 100);
    const url = `${service.url}/image/requests/${id}`;
    proxy.set('SlowDown');
    expect((await call(url, { method: 'DELETE' })).status).toBe(204);
    expect((await call(url)).status).toBe(404);
    expect(await hasImage(id)).toBe(true);
    proxy.set('none');
    expect(await sweep()).toMatchObject({ leftover_removed: 1, removal_failed: 0 });
    expect(await hasImage(id)).toBe(false);
    expect(await service.records.requests.find(id)).toBeNull();
  });

  it('stops the removals of a sweep at the first refusal, and tries the others first in the next one', async () => {
    const [first, second, third] = [
      await recorded('withdrawn', 300),
      await recorded('withdrawn', 200),
      await recorded('withdrawn', 100),
    ];
    proxy.set('AccessDenied', isAbout(first));
    expect(await sweep()).toMatchObject({ leftover_removed: 0, removal_failed: 1 });
    expect(await hasImage(second)).toBe(true);
    expect(await sweep()).toMatchObject({ leftover_removed: 2, removal_failed: 1 });
    expect([await hasImage(second), await hasImage(third)]).toEqual([false, false]);
    proxy.set('none');
    expect(await sweep()).toMatchObject({ leftover_removed: 1, removal_failed: 0 });
    expect(await hasImage(first)).toBe(false);
  });

  it('does not delay the repair of deliveries', async () => {
    await recorded('withdrawn', 100);
    const other = await recorded('completed', 100);
    await service.records.deliveries.open(other, 1, 'http://receiver.example/');
    const states: Promise<string | undefined>[] = [];
    proxy.set('AccessDenied', () => {
      states.push(service.records.deliveries.find(other, 1).then((delivery) => delivery?.state));
      return true;
    });
    expect(await sweep()).toMatchObject({ delivery_ended: 1, removal_failed: 1 });
    expect(await states[0]).toBe('failed');
    proxy.set('none');
    expect(await sweep()).toMatchObject({ leftover_removed: 1 });
  });
});
