import { S3Client } from '@aws-sdk/client-s3';
import { readConfig } from '../../src/config';
import { openImageLinks } from '../../src/storage/open';
import { createPresign } from '../../src/storage/s3/presign';

const ID = '3f2b8c1e-0d4a-4c6b-9e7f-a1b2c3d4e5f6';
const NAME = `0-12-${'ab01'.repeat(8)}.jpg`;

describe('openImageLinks', () => {
  const linkWith = (environment: Record<string, string>) =>
    openImageLinks(readConfig({ PUBLIC_URL: 'https://images.example/api/', ...environment }))(
      ID,
      NAME,
    );

  it('links to the API by default, also with object storage', () => {
    const link = `https://images.example/api/image/files/${ID}/${NAME}`;
    expect(linkWith({})).toBe(link);
    expect(linkWith({ STORAGE_URL: 's3://bucket/prefix' })).toBe(link);
  });

  it.each([
    ['s3://bucket', 'https://cdn.example', `https://cdn.example/files/${ID}/${NAME}`],
    ['s3://bucket/', 'https://cdn.example/', `https://cdn.example/files/${ID}/${NAME}`],
    ['s3://bucket/a/b', 'https://cdn.example/x', `https://cdn.example/x/a/b/files/${ID}/${NAME}`],
    [
      "s3://bucket/it's(1)",
      'http://cdn.example',
      `http://cdn.example/it%27s%281%29/files/${ID}/${NAME}`,
    ],
    [
      's3://bucket',
      'https://b\u00fccher.example',
      `https://xn--bcher-kva.example/files/${ID}/${NAME}`,
    ],
  ])('links to the key in %s below %s', (STORAGE_URL, STORAGE_PUBLIC_URL, link) => {
    expect(linkWith({ STORAGE_LINKS: 'public', STORAGE_URL, STORAGE_PUBLIC_URL })).toBe(link);
  });
});

describe('createPresign', () => {
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
  const clientWith = (options: ConstructorParameters<typeof S3Client>[0]) =>
    new S3Client({ region: 'eu-central-1', credentials, ...options });
  const presigned = async (client: S3Client, ttlSeconds = 600) =>
    new URL(await createPresign(client, 'bucket', ttlSeconds)('a/b.jpg'));

  it.each([
    [{}, 'https://bucket.s3.eu-central-1.amazonaws.com/a/b.jpg'],
    [{ forcePathStyle: true }, 'https://s3.eu-central-1.amazonaws.com/bucket/a/b.jpg'],
    [
      { endpoint: 'http://127.0.0.1:9000', forcePathStyle: true },
      'http://127.0.0.1:9000/bucket/a/b.jpg',
    ],
    [{ endpoint: 'https://store.example/s3' }, 'https://bucket.store.example/s3/a/b.jpg'],
  ])('finds the address of the bucket with %j', async (options, address) => {
    const { origin, pathname, searchParams } = await presigned(clientWith(options));
    expect(origin + pathname).toBe(address);
    expect(searchParams.get('X-Amz-Credential')).toMatch(
      /^AKID\/\d{8}\/eu-central-1\/s3\/aws4_request$/,
    );
    expect(searchParams.get('X-Amz-Expires')).toBe('600');
  });

  it('carries the session of temporary credentials, and expires with them', async () => {
    const expiration = new Date(Date.now() + 400_000);
    const temporary = clientWith({
      credentials: { ...credentials, sessionToken: 'a+b/c=', expiration },
    });
    const { searchParams } = await presigned(temporary);
    expect(searchParams.get('X-Amz-Security-Token')).toBe('a+b/c=');
    const seconds = Number(searchParams.get('X-Amz-Expires'));
    expect(seconds).toBeGreaterThan(300);
    expect(seconds).toBeLessThanOrEqual(400);
  });

  it('expires after the given time when the credentials last longer', async () => {
    const expiration = new Date(Date.now() + 10_000_000);
    const { searchParams } = await presigned(
      clientWith({ credentials: { ...credentials, expiration } }),
    );
    expect(searchParams.get('X-Amz-Expires')).toBe('600');
  });

  it('lets other work of the process continue', async () => {
    const presign = createPresign(clientWith({}), 'bucket', 600);
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    for (let index = 0; index < 10_000; index++) await presign(`${index}.jpg`);
    isDone = true;
    // They take half a second of CPU, or a fifth on a quick machine; each turn has 8 ms.
    expect(turns).toBeGreaterThan(10);
  });

  it('tries again when no credentials were found', async () => {
    let isThere = false;
    const client = clientWith({
      credentials: () =>
        isThere ? Promise.resolve(credentials) : Promise.reject(new Error('no credentials')),
    });
    const presign = createPresign(client, 'bucket', 600);
    await expect(presign('a.jpg')).rejects.toThrow('no credentials');
    isThere = true;
    expect(await presign('a.jpg')).toContain('X-Amz-Signature=');
  });
});
