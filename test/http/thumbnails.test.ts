import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { THUMBNAIL_WIDTHS } from '../../contract/formats';
import { THUMBNAIL_TURNS } from '../../src/requests/thumbnails';
import { call } from '../support/api';
import { requestRecord } from '../support/recorded';
import { picture } from '../support/pictures';
import { openTestBucket, type TestBucket } from '../support/s3';
import { startService, type Service } from '../support/service';
import { storeImage } from '../support/storedImage';

const photo = picture(400, 300).jpeg().toBuffer();

describe.each(['disk', 's3'])(
  'GET /image/files/{request_id}/{name}?width=, stored on %s',
  (backend) => {
    let bucket: TestBucket | null = null;
    let service: Service;

    beforeAll(async () => {
      if (backend === 's3') bucket = await openTestBucket();
      Object.assign(process.env, bucket?.env);
      const links = { STORAGE_LINKS: 'presigned', API_KEYS: 'key' };
      service = await startService({
        worker: false,
        env:
          bucket === null
            ? { API_KEYS: 'key' }
            : { ...links, STORAGE_URL: bucket.url, STORAGE_PATH_STYLE: 'true' },
      });
    });
    afterEach(() => {
      jest.restoreAllMocks();
    });
    afterAll(async () => {
      await service.stop();
      await bucket?.remove();
    });

    /** Stores a new image. @returns its request and its URL */
    async function stored(bytes?: Buffer, format: 'jpeg' | 'gif' = 'jpeg') {
      const id = randomUUID();
      const content = bytes ?? (await photo);
      const name = await storeImage(service.files, id, '0-1', format, content);
      return { id, name, url: `${service.url}/image/files/${id}/${name}` };
    }

    const get = (url: string, width: number | string, headers: Record<string, string> = {}) =>
      call(`${url}?width=${width}`, { headers });

    it.each(THUMBNAIL_WIDTHS)('answers with a WebP of at most %d pixels', async (width) => {
      const { url } = await stored();
      const response = await get(url, width);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('image/webp');
      expect(response.headers.get('content-length')).toBe(String(bytes.length));
      const { format, width: found } = await sharp(bytes).metadata();
      expect({ format, width: found }).toEqual({ format: 'webp', width: Math.min(width, 400) });
    });

    it('sets the headers of an image, with an ETag for each width', async () => {
      const { url } = await stored();
      const [whole, small, smaller] = [await call(url), await get(url, 160), await get(url, 80)];
      for (const header of ['cache-control', 'x-content-type-options', 'accept-ranges']) {
        expect(small.headers.get(header)).toBe(whole.headers.get(header));
      }
      expect(small.headers.get('cache-control')).toContain('immutable');
      const tags = [whole, small, smaller].map(({ headers }) => headers.get('etag'));
      expect(new Set(tags).size).toBe(3);
    });

    it('answers HEAD, 304 and 206 also before the thumbnail is made', async () => {
      const head = await call(`${(await stored()).url}?width=160`, { method: 'HEAD' });
      expect(head.status).toBe(200);
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
      const { name, url } = await stored();
      expect((await get(url, 160, { 'if-none-match': `"${name}-160"` })).status).toBe(304);
      const part = await get((await stored()).url, 160, { range: 'bytes=0-3' });
      expect([part.status, await part.text()]).toEqual([206, 'RIFF']);
      expect((await get(url, 160, { range: 'bytes=9999999-' })).status).toBe(416);
    });

    it('makes a thumbnail once for all who ask at once or later', async () => {
      const { url } = await stored();
      const writes = jest.spyOn(service.files, 'writeThumbnail');
      const answers = await Promise.all(
        Array.from({ length: 50 }, async () => {
          const response = await get(url, 160);
          return [response.status, (await response.arrayBuffer()).byteLength];
        }),
      );
      expect(new Set(answers.map(String)).size).toBe(1);
      expect(answers[0]?.[0]).toBe(200);
      await (await get(url, 160)).arrayBuffer();
      expect(writes).toHaveBeenCalledTimes(1);
    });

    it.each(['100', '0', '-80', '80.0', '', 'wide', '80&width=160'])(
      'answers 422 to the width %j, with those that there are',
      async (width) => {
        const { url } = await stored();
        const response = await get(url, width);
        expect(response.status).toBe(422);
        expect(await response.json()).toMatchObject({
          detail: [{ loc: ['query', 'width'], msg: expect.stringContaining('80, 160') as string }],
        });
      },
    );

    it.each([
      ['a file that does not exist', () => `${randomUUID()}/0-1-${'a'.repeat(32)}.jpg`],
      ['a name that is not an image', () => `${randomUUID()}/result-1.csv`],
    ])('answers 404 to %s', async (_, file) => {
      const response = await get(`${service.url}/image/files/${file()}`, 160);
      expect(response.status).toBe(404);
      expect(response.headers.get('cache-control')).toBe('no-store');
    });

    it('refuses an image that cannot be decoded, and does not try it again at once', async () => {
      const { url } = await stored(Buffer.from('text'));
      const reads = jest.spyOn(service.files, 'openImage');
      for (const _ of [1, 2]) {
        const response = await get(url, 160);
        expect(response.status).toBe(422);
        expect(await response.json()).toMatchObject({
          detail: expect.stringMatching(
            /^No thumbnail can be made of this image: Expected an image/,
          ) as string,
        });
      }
      expect(reads).toHaveBeenCalledTimes(1);
    });

    it('answers 503 with Retry-After when too many wait, and makes the others', async () => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const { openImage } = service.files;
      jest.spyOn(service.files, 'openImage').mockImplementation(async (...image) => {
        await held;
        return openImage(...image);
      });
      const { atOnce, waiting } = THUMBNAIL_TURNS;
      const id = randomUUID();
      const tiny = await picture(8, 6).jpeg().toBuffer();
      const names = await Promise.all(
        Array.from({ length: atOnce + waiting + 1 }, (_, index) =>
          storeImage(service.files, id, `0-${index}`, 'jpeg', tiny),
        ),
      );
      const answers = names.map((name) => get(`${service.url}/image/files/${id}/${name}`, 80));
      // While the first is held, only one that may not wait is answered.
      const refused = await Promise.race(answers);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      release();
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(atOnce + waiting);
    });

    it('keeps no thumbnail of a request that is deleted while it is made', async () => {
      const { id, name, url } = await stored();
      await service.records.requests.create(requestRecord({ _id: id, state: 'completed' }));
      const { openImage } = service.files;
      jest.spyOn(service.files, 'openImage').mockImplementation(async (...image) => {
        const opened = await openImage(...image);
        await service.operations.remove(id);
        return opened;
      });
      expect((await get(url, 160)).status).toBe(404);
      expect(await service.files.describeThumbnail(id, name, 160)).toBeNull();
    });

    it('leaves no files of its own behind', async () => {
      await (await get((await stored()).url, 80)).arrayBuffer();
      await (await get((await stored(Buffer.from('text'))).url, 80)).arrayBuffer();
      expect(await readdir(service.thumbnailFolder)).toEqual([]);
      expect(path.dirname(service.thumbnailFolder)).toBe(service.dataDir);
    });
  },
);
