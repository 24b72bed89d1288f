import { randomUUID } from 'node:crypto';
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { call } from '../support/api';
import { imageRecord, requestRecord, rowRecord } from '../support/recorded';
import { openTestBucket, type TestBucket } from '../support/s3';
import { openClient, storeSettingsOf } from '../support/s3Client';
import { startS3Proxy, type Matches, type S3Proxy } from '../support/s3Proxy';
import { startService, type Service } from '../support/service';
import { compressedFile, storeImage } from '../support/storedImage';

/** Longer than a deleted request is kept. */
const LATE_MS = 61 * 60_000;

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

  const sweep = (ms = 1) => service.operations.reconcile(new Date(Date.now() + ms), 0);
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
    expect(await service.records.requests.find(id)).toMatchObject({
      removed_at: expect.any(Date) as Date,
    });
    expect(await sweep(LATE_MS)).toMatchObject({ leftover_removed: 0, removal_failed: 0 });
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

  it('removes late files an hour after a refusal', async () => {
    const id = await recorded('completed', 100);
    await service.operations.remove(id);
    await storeImage(service.files, id, '0-1', 'png', Buffer.from('late'));
    proxy.set('AccessDenied');
    expect(await sweep(LATE_MS)).toMatchObject({ leftover_removed: 0, removal_failed: 1 });
    proxy.set('none');
    expect(await sweep(LATE_MS)).toMatchObject({ leftover_removed: 1, removal_failed: 0 });
    expect(await service.records.requests.find(id)).toBeNull();
  });
});

describe.each(['on disk', 'in object storage'])('files %s that are written late', (storage) => {
  let bucket: TestBucket;
  let service: Service;

  beforeAll(async () => {
    bucket = await openTestBucket();
    Object.assign(process.env, bucket.env);
    service = await startService({
      worker: false,
      env: storage === 'on disk' ? {} : { STORAGE_URL: bucket.url, STORAGE_PATH_STYLE: 'true' },
    });
  });
  afterAll(async () => {
    await service.stop();
    await bucket.remove();
  });

  const sweep = (ms: number) => service.operations.reconcile(new Date(Date.now() + ms));

  /** Records a finished request with a row, an image and a file, and deletes it. */
  async function deleted(): Promise<string> {
    const { requests, rows, images } = service.records;
    const _id = randomUUID();
    const key = { idempotency_key: _id, webhook_url: 'http://user:secret@receiver.example/' };
    await requests.create(requestRecord({ _id, state: 'completed', ...key }));
    await rows.insert([rowRecord(_id, 1, ['0-0'])]);
    await images.insert([imageRecord(_id, '0-0')]);
    await storeImage(service.files, _id, '0-0', 'png', Buffer.from('in time'));
    const url = `${service.url}/image/requests/${_id}`;
    expect((await call(url, { method: 'DELETE' })).status).toBe(204);
    return _id;
  }

  async function writeResult(id: string): Promise<void> {
    const result = await service.files.createResultFile(id, 1, 'result');
    await result.write('late');
    await result.commit();
  }

  it('are removed an hour after the deletion of their request, with its record', async () => {
    const id = await deleted();
    const name = await storeImage(service.files, id, '0-0', 'png', Buffer.from('late'));
    await writeResult(id);
    expect(await sweep(LATE_MS - 2 * 60_000)).toMatchObject({ leftover_removed: 0 });
    expect(await service.files.describeImage(id, name)).not.toBeNull();
    expect(await sweep(LATE_MS)).toMatchObject({ leftover_removed: 1, removal_failed: 0 });
    expect(await service.files.describeImage(id, name)).toBeNull();
    expect(await service.files.openResult(id, 1, 'result')).toBeNull();
    expect(await service.records.requests.find(id)).toBeNull();
  });

  it('include thumbnails', async () => {
    const id = await deleted();
    const name = await storeImage(service.files, id, '0-0', 'png', Buffer.from('late'));
    const { file } = await compressedFile('webp', Buffer.from('small'));
    await service.files.writeThumbnail(id, name, 160, file);
    expect(await service.files.describeThumbnail(id, name, 160)).not.toBeNull();
    expect(await sweep(LATE_MS)).toMatchObject({ leftover_removed: 1, removal_failed: 0 });
    expect(await service.files.describeThumbnail(id, name, 160)).toBeNull();
  });

  it('are no finding when there are none', async () => {
    const id = await deleted();
    expect(await sweep(LATE_MS)).toMatchObject({ leftover_removed: 0, removal_failed: 0 });
    expect(await service.records.requests.find(id)).toBeNull();
  });

  it('need a record without data of the client, which no one sees', async () => {
    const id = await deleted();
    const record = await service.records.requests.find(id);
    expect(record).toMatchObject({ state: 'withdrawn', columns: [], file_name: '' });
    expect(record).toMatchObject({ webhook_url: null, removed_at: expect.any(Date) as Date });
    expect(record).not.toHaveProperty('idempotency_key');
    expect(record).not.toHaveProperty('sheet');
    expect(await service.records.requests.countByState()).toMatchObject({ withdrawn: 0 });
    expect(await service.count()).toEqual({ requests: 0, rows: 0, images: 0 });
    expect((await call(`${service.url}/image/requests/${id}`)).status).toBe(404);
    expect(await (await call(`${service.url}/image/requests`)).json()).toMatchObject({
      requests: [],
    });
  });
});
