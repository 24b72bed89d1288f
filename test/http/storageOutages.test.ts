import { randomUUID } from 'node:crypto';
import { readdir, rename } from 'node:fs/promises';
import pino from 'pino';
import { StorageUnavailable } from '../../src/errors';
import { call } from '../support/api';
import { sheetOf, upload, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { openTestBucket, type TestBucket } from '../support/s3';
import { startS3Proxy, type S3Proxy } from '../support/s3Proxy';
import { startService, type Service } from '../support/service';
import { storeImage } from '../support/storedImage';

const sheet = sheetOf(['http://a.example/1.jpg']);

/** Waits until the readiness check answers with this status, and returns the answer: a success is kept for a second. */
const readyBecomes = (service: Service, status: number) =>
  eventually(
    async () => {
      const response = await call(`${service.url}/health/ready`);
      return { status: response.status, body: await response.json(), headers: response.headers };
    },
    (answer) => answer.status === status,
  );

async function expectRefusedUpload(service: Service): Promise<void> {
  const response = await upload(service.url, sheet);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('5');
  expect(await response.json()).toEqual({
    detail: 'Expected the storage to answer, received an error; try again later',
  });
  expect(await service.count()).toEqual({ requests: 0, rows: 0, images: 0 });
}

describe('while the disk is gone', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ worker: false });
  });
  afterAll(() => service.stop());

  it('is not ready, says why, and accepts no upload', async () => {
    const away = `${service.dataDir}-away`;
    await rename(service.dataDir, away);
    try {
      const { body, headers } = await readyBecomes(service, 503);
      expect(body).toEqual({ detail: 'Down: storage (ENOENT)' });
      expect(headers.get('retry-after')).toBe('5');
      await expectRefusedUpload(service);
    } finally {
      await rename(away, service.dataDir);
    }
    expect((await readyBecomes(service, 200)).body).toEqual({ status: 'ok' });
    await uploaded(service.url, sheet);
  });

  it('passes on only letters, digits and underscores of a code', async () => {
    const code = '<b>Slow_Down 1</b>\n';
    const check = jest
      .spyOn(service.files, 'check')
      .mockRejectedValue(new StorageUnavailable(code, 'mongodb://user:hunter2@host'));
    try {
      const { body } = await readyBecomes(service, 503);
      expect(body).toEqual({ detail: 'Down: storage (bSlow_Down1b)' });
    } finally {
      check.mockRestore();
    }
    // The failure is kept for a second: another test would get this one.
    await readyBecomes(service, 200);
  });
});

describe('while object storage refuses, or is gone', () => {
  let bucket: TestBucket;
  let proxy: S3Proxy;
  let service: Service;
  const lines: string[] = [];

  beforeAll(async () => {
    bucket = await openTestBucket();
    proxy = await startS3Proxy(bucket.env['AWS_ENDPOINT_URL_S3'] ?? '');
    Object.assign(process.env, bucket.env, { AWS_ENDPOINT_URL_S3: proxy.url });
    service = await startService({
      worker: false,
      logger: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
      env: { STORAGE_URL: bucket.url, STORAGE_PATH_STYLE: 'true' },
    });
  });
  afterEach(() => {
    proxy.set('none');
  });
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
    await bucket.remove();
  });

  it.each(['SlowDown', 'AccessDenied'] as const)(
    'is not ready, names its %s, and accepts no upload',
    async (code) => {
      proxy.set(code);
      expect((await readyBecomes(service, 503)).body).toEqual({
        detail: `Down: storage (${code})`,
      });
      await expectRefusedUpload(service);
      expect(await readdir(service.spoolDir)).toEqual([]);
      proxy.set('none');
      expect((await readyBecomes(service, 200)).body).toEqual({ status: 'ok' });
    },
  );

  /** Returns the link to a stored image of this many bytes. */
  async function imageOf(size: number): Promise<string> {
    const id = randomUUID();
    const name = await storeImage(service.files, id, '0-1', 'png', Buffer.alloc(size, 'x'));
    return `${service.url}/image/files/${id}/${name}`;
  }

  it('answers 503 when the connection is cut before the first byte of an image', async () => {
    const image = await imageOf(64);
    proxy.set('header');
    const response = await call(image);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
  });

  it('breaks off and logs that the storage is unavailable when the connection is cut later', async () => {
    const image = await imageOf(2 ** 20);
    proxy.set('cut');
    lines.length = 0;
    const response = await call(image);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.filter(({ level }) => level === 40)).toMatchObject([
      {
        reason: expect.stringMatching(/^ECONNRESET/) as string,
        msg: 'Response aborted because the storage is unavailable',
      },
    ]);
  });

  it('answers 503 with Retry-After for images and their description', async () => {
    proxy.set('SlowDown');
    const image = `${service.url}/image/files/${randomUUID()}/0-0-${'0'.repeat(32)}.jpg`;
    for (const method of ['GET', 'HEAD']) {
      const response = await call(image, { method });
      expect([method, response.status]).toEqual([method, 503]);
      expect(response.headers.get('retry-after')).toBe('5');
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });
});
