import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openTestBucket } from './s3';

function clientOf(env: Record<string, string>, secretAccessKey = env['AWS_SECRET_ACCESS_KEY']) {
  return new S3Client({
    endpoint: env['AWS_ENDPOINT_URL_S3'] ?? '',
    region: env['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: secretAccessKey ?? '',
    },
    forcePathStyle: true,
  });
}

describe('openTestBucket()', () => {
  it('opens a bucket of its own, which is removed with its objects', async () => {
    const [first, second] = [await openTestBucket(), await openTestBucket()];
    const [, Bucket = ''] = /^s3:\/\/([^/]+)\/prefix$/.exec(first.url) ?? [];
    const client = clientOf(first.env);
    const names = async () =>
      (await client.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name);
    await client.send(new PutObjectCommand({ Bucket, Key: 'prefix/a/b', Body: 'text' }));
    expect(second.url).not.toBe(first.url);
    expect(await names()).toContain(Bucket);
    await first.remove();
    expect(await names()).not.toContain(Bucket);
    await second.remove();
  });

  it('is on a server that checks signatures', async () => {
    const bucket = await openTestBucket();
    const stranger = clientOf(bucket.env, 'another key');
    await expect(stranger.send(new ListBucketsCommand())).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await bucket.remove();
  });
});
