import { text } from 'node:stream/consumers';
import { DeleteBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { request } from 'undici';
import type { ResultKind } from '../../src/storage/fileStore';
import { StorageUnavailable } from '../../src/errors';
import { createOperations } from '../../src/requests/operations';
import { createS3Store } from '../../src/storage/s3/store';
import { createLogger } from '../../src/telemetry/logger';
import { call } from '../support/api';
import { finished, imagesOf, resultOf, sheet, uploaded } from '../support/calls';
import { bytes, startOrigin, status, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { openTestBucket, type TestBucket } from '../support/s3';
import { openClient, storeSettingsOf } from '../support/s3Client';
import { startS3Proxy } from '../support/s3Proxy';
import { startService, type Service } from '../support/service';

async function statusOfLink(link: string): Promise<number> {
  const { statusCode, body } = await request(link);
  await body.dump();
  return statusCode;
}

describe('the links in a result, with object storage', () => {
  let bucket: TestBucket;
  let origin: Origin;
  let service: Service;
  let id: string;
  /** The names of the two outputs. */
  let names: string[];

  beforeAll(async () => {
    bucket = await openTestBucket();
    Object.assign(process.env, bucket.env);
    origin = await startOrigin();
    origin.on('/a.jpg', bytes(await photo()));
    origin.on('/gone.jpg', status(404));
    service = await startService({
      env: {
        STORAGE_URL: bucket.url,
        STORAGE_PATH_STYLE: 'true',
        STORAGE_LINKS: 'presigned',
        STORAGE_LINK_TTL: '1h',
      },
    });
    const link = (path: string) => origin.url + path;
    const rows = sheet(
      `1,M\u00fcg,"${link('/a.jpg')}, ${link('/gone.jpg')}"`,
      `2,Table,${link('/a.jpg?2')}`,
    );
    origin.on('/a.jpg?2', bytes(await photo()));
    id = await uploaded(service.url, rows);
    await finished(service.url, id);
    const stored = await resultWith({ STORAGE_LINKS: 'api' });
    names = [...stored.matchAll(/\/image\/files\/[0-9a-f-]{36}\/([^",\r\n]+)/g)].map(
      ([, name = '']) => name,
    );
  });
  afterAll(async () => {
    await service.stop();
    await origin.stop();
    await bucket.remove();
  });

  function openWith(change: Partial<Service['config']>, kind: ResultKind = 'result') {
    const { records, files, runs } = service;
    const config = { ...service.config, ...change };
    const logger = createLogger('silent', 'test');
    const operations = createOperations({ config, logger, records, files, runs });
    return operations.openResult(id, kind);
  }

  async function resultWith(change: Partial<Service['config']>): Promise<string> {
    return text((await openWith(change)).stream);
  }

  /** The result with each of the links in its place. */
  const expected = (links: readonly string[]) =>
    [
      'S. No.,Product Name,Input Image Urls,Output Image Urls',
      `1,M\u00fcg,"${origin.url}/a.jpg, ${origin.url}/gone.jpg","${links[0]},"`,
      `2,Table,${origin.url}/a.jpg?2,${links[1]}`,
      '',
    ].join('\n');

  const linksIn = (result: string) =>
    [...result.matchAll(/(?<=[\n",])http[^",\n]+X-Amz-[^",\n]+/g)].map(([link]) => link);

  it('lead through the API as stored, and the size is known', async () => {
    const { size, stream } = await openWith({ STORAGE_LINKS: 'api' });
    const result = await text(stream);
    expect(result).toBe(expected(names.map((name) => `${service.url}/image/files/${id}/${name}`)));
    expect(size).toBe(Buffer.byteLength(result));
  });

  it('lead to the store when presigned, and download the image without credentials', async () => {
    const response = await call(`${service.url}/image/result/${id}`);
    expect(response.headers.get('content-length')).toBeNull();
    const result = await response.text();
    const links = linksIn(result);
    expect(links).toHaveLength(2);
    expect(result).toBe(expected(links));
    for (const [index, link] of links.entries()) {
      expect(new URL(link).searchParams.get('X-Amz-Expires')).toBe('3600');
      const image = await request(link);
      expect([image.statusCode, image.headers['content-type']]).toEqual([200, 'image/jpeg']);
      const own = await call(`${service.url}/image/files/${id}/${names[index]}`);
      expect(Buffer.from(await image.body.arrayBuffer())).toEqual(
        Buffer.from(await own.arrayBuffer()),
      );
    }
  });

  it('are refused by the store when they are changed', async () => {
    const [link = '', other = ''] = linksIn(await resultOf(service.url, id));
    const changed = [
      link.replace('X-Amz-Expires=3600', 'X-Amz-Expires=7200'),
      link.replace(names[0] ?? '', names[1] ?? ''),
      link.replace(/(?<=X-Amz-Signature=)[0-9a-f]+/, 'f'.repeat(64)),
      link.split('?')[0] ?? '',
    ];
    expect(new Set([...changed, link, other]).size).toBe(6);
    for (const one of changed) expect(await statusOfLink(one)).toBe(403);
  });

  it('are of the same kind in the list of images', async () => {
    const outputs = (await imagesOf(service.url, id)).flatMap(({ output_url }) => output_url ?? []);
    expect(outputs).toHaveLength(2);
    for (const output of outputs) {
      expect(output).toContain('X-Amz-Signature=');
      expect(await statusOfLink(output)).toBe(200);
    }
  });

  it('begin with STORAGE_PUBLIC_URL when public, and download the image when everyone may read it', async () => {
    const { bucket: Bucket, prefix, endpoint } = storeSettingsOf(bucket);
    const STORAGE_PUBLIC_URL = `${endpoint}/${Bucket}`;
    const result = await resultWith({ STORAGE_LINKS: 'public', STORAGE_PUBLIC_URL });
    const links = names.map((name) => `${STORAGE_PUBLIC_URL}/${prefix}/files/${id}/${name}`);
    expect(result).toBe(expected(links));
    expect(await statusOfLink(links[0] ?? '')).toBe(403);
    const client = openClient(bucket);
    const Resource = `arn:aws:s3:::${Bucket}/${prefix}/files/*`;
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect(await statusOfLink(links[0] ?? '')).toBe(200);
    await client.send(new DeleteBucketPolicyCommand({ Bucket }));
    client.destroy();
  });

  it('are replaced when PUBLIC_URL has changed since they were stored', async () => {
    const change = { STORAGE_LINKS: 'public', STORAGE_PUBLIC_URL: 'https://cdn.example' } as const;
    const result = await resultWith({ ...change, PUBLIC_URL: 'https://elsewhere.example' });
    expect(result).toContain(`https://cdn.example/prefix/files/${id}/${names[0]}`);
    expect(result).not.toContain('/image/files/');
  });

  it('stay those of the upload in failed rows, and the size is known', async () => {
    const { size, stream } = await openWith({}, 'failed');
    const failed = await text(stream);
    expect(failed).toContain(`${origin.url}/a.jpg, ${origin.url}/gone.jpg`);
    expect(size).toBe(Buffer.byteLength(failed));
  });

  it('are not sent for HEAD, which has no Content-Length', async () => {
    const response = await call(`${service.url}/image/result/${id}`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBeNull();
    expect(await response.text()).toBe('');
  });

  it('fail the call when the connection to the store is cut before the first byte', async () => {
    const proxy = await startS3Proxy(storeSettingsOf(bucket).endpoint);
    const files = createS3Store(storeSettingsOf(bucket, proxy.url));
    const { records, runs, config } = service;
    const logger = createLogger('silent', 'test');
    const operations = createOperations({ config, logger, records, files, runs });
    proxy.set('header');
    await expect(operations.openResult(id, 'result')).rejects.toThrow(StorageUnavailable);
    await proxy.stop();
  });

  it('fail the call when no link can be made', async () => {
    const { records, files, runs, config } = service;
    const logger = createLogger('silent', 'test');
    const imageLinks = () => Promise.reject(new Error('no credentials'));
    const operations = createOperations({ config, logger, records, files, runs, imageLinks });
    await expect(operations.openResult(id, 'result')).rejects.toThrow('no credentials');
  });
});
