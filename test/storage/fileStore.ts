import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import type { FileStore, StoredFile } from '../../src/storage/fileStore';
import { compressedFile, storeImage } from '../support/storedImage';
import { withFile } from '../support/temporaryFile';

export const REQUEST = randomUUID();
export const IMAGE = Buffer.from('the bytes of an image');

/**
 * Calls `work` with a new, empty store of the backend.
 *
 * `stored` lists the names (without folders) of everything in it.
 */
export type WithBackend = (
  work: (store: FileStore, stored: () => Promise<string[]>) => Promise<void>,
) => Promise<void>;

async function read(file: StoredFile | null): Promise<Buffer | null> {
  return file === null ? null : buffer(file.stream);
}

/** The specification of every storage backend; each backend's test file calls it. */
export function specifyFileStore(withBackend: WithBackend): void {
  describe('writeImage and openImage', () => {
    it.each([
      ['jpeg', 'jpg', 'image/jpeg'],
      ['png', 'png', 'image/png'],
      ['webp', 'webp', 'image/webp'],
      ['avif', 'avif', 'image/avif'],
      ['gif', 'gif', 'image/gif'],
      ['tiff', 'tiff', 'image/tiff'],
    ] as const)('store %s as .%s and serve it as %s', (format, extension, contentType) =>
      withBackend(async (store) => {
        const name = await storeImage(store, REQUEST, '0-7', format, IMAGE);
        expect(name).toMatch(new RegExp(`^0-7-[0-9a-f]{32}\\.${extension}$`));
        const image = await store.openImage(REQUEST, name);
        expect(image).toMatchObject({ contentType, size: IMAGE.length });
        expect(await read(image)).toEqual(IMAGE);
      }),
    );

    it('return any bytes unchanged', () =>
      withBackend(async (store) => {
        await fc.assert(
          fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (content) => {
            const bytes = Buffer.from(content);
            const name = await storeImage(store, REQUEST, '0-0', 'png', bytes);
            expect(await read(await store.openImage(REQUEST, name))).toEqual(bytes);
          }),
          { numRuns: 30 },
        );
      }));

    it('give the same bytes the same name, and keep one file', () =>
      withBackend(async (store, stored) => {
        const first = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        const second = await storeImage(store, REQUEST, '0-1', 'png', Buffer.from(IMAGE));
        expect(second).toBe(first);
        expect(await stored()).toHaveLength(1);
      }));

    it('give different bytes a different name, so that a file never changes', () =>
      withBackend(async (store) => {
        const first = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        const second = await storeImage(store, REQUEST, '0-1', 'png', Buffer.from('other bytes'));
        expect(second).not.toBe(first);
        expect(await read(await store.openImage(REQUEST, first))).toEqual(IMAGE);
      }));

    it('separate requests', () =>
      withBackend(async (store) => {
        const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        expect(await store.openImage(randomUUID(), name)).toBeNull();
      }));

    it('never return a partial file while it is written concurrently', () =>
      withBackend(async (store, stored) => {
        const large = Buffer.alloc(2 ** 20, 'x');
        const name = await storeImage(store, REQUEST, '0-1', 'png', large);
        await store.removeRequest(REQUEST);
        const seen: (Buffer | null)[] = [];
        const readNow = async () => seen.push(await read(await store.openImage(REQUEST, name)));
        const write = async () => {
          await storeImage(store, REQUEST, '0-1', 'png', large);
          await readNow();
        };
        await readNow();
        await Promise.all([write(), readNow(), write(), readNow(), write(), readNow()]);
        expect(seen[0]).toBeNull();
        expect(seen.every((bytes) => bytes?.equals(large) ?? true)).toBe(true);
        expect(seen.filter((bytes) => bytes !== null).length).toBeGreaterThanOrEqual(3);
        expect(await stored()).toEqual([name]);
      }));

    it('remove the local file, whether or not it could be stored', () =>
      withBackend(async (store) => {
        for (const request of [REQUEST, '../x']) {
          const image = await compressedFile('png', IMAGE);
          await store.writeImage(request, '0-1', image).catch(() => undefined);
          expect(existsSync(image.file)).toBe(false);
        }
      }));

    it.each([
      ['request', '../x', '0-1'],
      ['reference', REQUEST, '../0-1'],
    ])('reject an invalid %s', (_, request, ref) =>
      withBackend(async (store, stored) => {
        await expect(storeImage(store, request, ref, 'png', IMAGE)).rejects.toThrow('file name');
        expect(await stored()).toEqual([]);
      }),
    );
  });

  describe('openImage(…, range)', () => {
    it.each([
      [0, 0],
      [4, 8],
      [0, IMAGE.length - 1],
      [IMAGE.length - 1, IMAGE.length - 1],
    ])('reads the bytes %d to %d only', (start, end) =>
      withBackend(async (store) => {
        const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        const part = await store.openImage(REQUEST, name, { start, end });
        expect(part).toMatchObject({ size: end - start + 1, contentType: 'image/png' });
        expect(await read(part)).toEqual(IMAGE.subarray(start, end + 1));
      }),
    );
  });

  describe('describeImage', () => {
    it('returns size, content type and time of an image', () =>
      withBackend(async (store) => {
        const name = await storeImage(store, REQUEST, '0-1', 'webp', IMAGE);
        const details = await store.describeImage(REQUEST, name);
        expect(details).toMatchObject({ size: IMAGE.length, contentType: 'image/webp' });
        const age = Date.now() - (details?.modified.getTime() ?? 0);
        expect(Math.abs(age)).toBeLessThan(60_000);
      }));

    it('returns null for a missing image and for an invalid name', () =>
      withBackend(async (store) => {
        for (const name of [`0-1-${'ab'.repeat(16)}.jpg`, '../secret', 'result-1.csv']) {
          expect(await store.describeImage(REQUEST, name)).toBeNull();
        }
      }));
  });

  describe('writeThumbnail, openThumbnail and describeThumbnail', () => {
    const SMALL = Buffer.from('the bytes of a thumbnail');

    /** Stores a thumbnail from a local file. @returns whether that file is gone */
    async function storeThumbnail(store: FileStore, request: string, name: string) {
      const { file } = await compressedFile('webp', SMALL);
      await store.writeThumbnail(request, name, 160, file);
      return !existsSync(file);
    }

    it('keep a thumbnail apart from its image and from other widths, and serve it as WebP', () =>
      withBackend(async (store) => {
        const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        expect(await store.openThumbnail(REQUEST, name, 160)).toBeNull();
        expect(await store.describeThumbnail(REQUEST, name, 160)).toBeNull();
        expect(await storeThumbnail(store, REQUEST, name)).toBe(true);
        const known = { size: SMALL.length, contentType: 'image/webp' };
        expect(await store.describeThumbnail(REQUEST, name, 160)).toMatchObject(known);
        const opened = await store.openThumbnail(REQUEST, name, 160);
        expect(opened).toMatchObject(known);
        expect(await read(opened)).toEqual(SMALL);
        expect(await store.openThumbnail(REQUEST, name, 320)).toBeNull();
        expect(await read(await store.openImage(REQUEST, name))).toEqual(IMAGE);
      }));

    it('read a range of a thumbnail', () =>
      withBackend(async (store) => {
        const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        await storeThumbnail(store, REQUEST, name);
        const part = await store.openThumbnail(REQUEST, name, 160, { start: 4, end: 8 });
        expect(await read(part)).toEqual(SMALL.subarray(4, 9));
      }));

    it('keep one file when a thumbnail is stored twice', () =>
      withBackend(async (store, stored) => {
        const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        await storeThumbnail(store, REQUEST, name);
        await storeThumbnail(store, REQUEST, name);
        expect(await stored()).toHaveLength(2);
      }));

    it('keep no thumbnail of an image that is gone', () =>
      withBackend(async (store, stored) => {
        const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        await store.removeRequest(REQUEST);
        expect(await storeThumbnail(store, REQUEST, name)).toBe(true);
        expect(await stored()).toEqual([]);
      }));

    it('remove thumbnails with their request', () =>
      withBackend(async (store, stored) => {
        const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        await storeThumbnail(store, REQUEST, name);
        expect(await store.removeRequest(REQUEST)).toBe(2);
        expect(await stored()).toEqual([]);
      }));

    it('know no thumbnail of what is not an image of a request', () =>
      withBackend(async (store, stored) => {
        const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        await storeThumbnail(store, REQUEST, name);
        for (const [request, other] of [
          ['../x', name],
          [REQUEST, '../secret'],
          [REQUEST, `${name}.160.webp`],
        ] as const) {
          expect(await storeThumbnail(store, request, other)).toBe(true);
          expect(await store.openThumbnail(request, other, 160)).toBeNull();
          expect(await store.describeThumbnail(request, other, 160)).toBeNull();
        }
        expect(await store.openImage(REQUEST, `${name}.160.webp`)).toBeNull();
        expect(await stored()).toHaveLength(2);
      }));
  });

  describe('check', () => {
    it('resolves when files can be stored', () =>
      withBackend(async (store) => {
        await expect(store.check()).resolves.toBeUndefined();
      }));
  });

  describe('openImage', () => {
    const HASH = 'ab'.repeat(16);

    it('returns null for a missing file', () =>
      withBackend(async (store) => {
        expect(await store.openImage(REQUEST, `0-1-${HASH}.jpg`)).toBeNull();
      }));

    it.each([
      '../../secret',
      '..%2f..%2fsecret',
      `../0-1-${HASH}.png`,
      `/0-1-${HASH}.png`,
      `0-1-${HASH}.png/../../secret`,
      `0-1-${HASH}.png\0`,
      `0-1-${HASH}.png\n`,
      `0-1-${HASH}.svg`,
      `0-1-${HASH.toUpperCase()}.png`,
      '',
      '.',
      '..',
    ])('returns null for the name %j', (name) =>
      withBackend(async (store) => {
        expect(await store.openImage(REQUEST, name)).toBeNull();
      }),
    );

    it.each(['..', '.', '', '../files', `${REQUEST}/..`, `../${'a'.repeat(33)}`, '\0'.repeat(36)])(
      'returns null for the request %j',
      (request) =>
        withBackend(async (store) => {
          const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
          expect(await store.openImage(request, name)).toBeNull();
        }),
    );
  });

  describe('writeSheet and openSheet', () => {
    it.each([0, 11, 6 * 2 ** 20])('keep a sheet of %d bytes unchanged', (size) =>
      withBackend(async (store) => {
        const bytes = Buffer.alloc(size, 'a,b\n');
        await withFile(bytes, (file) => store.writeSheet(REQUEST, file));
        const sheet = await store.openSheet(REQUEST);
        expect(sheet?.size).toBe(size);
        // Not `toEqual`, which takes minutes.
        expect((await read(sheet))?.equals(bytes)).toBe(true);
      }),
    );

    it('find no sheet of a request that has none', () =>
      withBackend(async (store) => {
        expect(await store.openSheet(REQUEST)).toBeNull();
      }));

    it('store nothing when the local file is gone', () =>
      withBackend(async (store, stored) => {
        await expect(store.writeSheet(REQUEST, '/no/such/file')).rejects.toThrow();
        expect(await stored()).toEqual([]);
      }));

    it('keep the sheet apart from results, and remove it with its request', () =>
      withBackend(async (store, stored) => {
        await withFile('a', (file) => store.writeSheet(REQUEST, file));
        expect(await store.openResult(REQUEST, 1, 'result')).toBeNull();
        await store.removeDrafts(REQUEST);
        expect(await read(await store.openSheet(REQUEST))).toEqual(Buffer.from('a'));
        await store.removeRequest(REQUEST);
        expect(await stored()).toEqual([]);
      }));
  });

  describe('createResultFile and openResult', () => {
    it('return the written pieces once they are committed', () =>
      withBackend(async (store) => {
        const file = await store.createResultFile(REQUEST, 1, 'result');
        await file.write('S. No.,');
        await file.write('Größe\n');
        expect(await store.openResult(REQUEST, 1, 'result')).toBeNull();
        await file.commit();
        const result = await store.openResult(REQUEST, 1, 'result');
        expect(result?.size).toBe(Buffer.byteLength('S. No.,Größe\n'));
        expect((await read(result))?.toString()).toBe('S. No.,Größe\n');
      }));

    it('keep the order of texts that are larger than one write', () =>
      withBackend(async (store) => {
        const lines = Array.from({ length: 5 }, (_, index) => String(index).repeat(400_000));
        const file = await store.createResultFile(REQUEST, 1, 'result');
        for (const line of lines) await file.write(line);
        await file.commit();
        const result = await read(await store.openResult(REQUEST, 1, 'result'));
        expect(result?.equals(Buffer.from(lines.join('')))).toBe(true);
      }));

    it('separate rounds and kinds', () =>
      withBackend(async (store) => {
        const file = await store.createResultFile(REQUEST, 1, 'failed');
        await file.commit();
        expect(await store.openResult(REQUEST, 2, 'failed')).toBeNull();
        expect(await store.openResult(REQUEST, 1, 'result')).toBeNull();
        expect(await read(await store.openResult(REQUEST, 1, 'failed'))).toHaveLength(0);
      }));

    it('leave no discarded file', () =>
      withBackend(async (store, stored) => {
        const file = await store.createResultFile(REQUEST, 1, 'result');
        await file.write('part');
        await file.discard();
        expect(await stored()).toEqual([]);
      }));
  });

  describe('removeDrafts', () => {
    it('does nothing for a request without files', () =>
      withBackend(async (store) => {
        await expect(store.removeDrafts(REQUEST)).resolves.toBeUndefined();
      }));
  });

  describe('removeRequest', () => {
    it('removes the images and results of this request only', () =>
      withBackend(async (store, stored) => {
        const other = randomUUID();
        const name = await storeImage(store, other, '0-1', 'png', IMAGE);
        await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        await (await store.createResultFile(REQUEST, 1, 'result')).commit();
        expect(await store.removeRequest(REQUEST)).toBe(2);
        expect(await stored()).toEqual([name]);
      }));

    it('does nothing for a request without files', () =>
      withBackend(async (store) => {
        expect(await store.removeRequest(REQUEST)).toBe(0);
      }));

    it.each(['..', '.', '', '../..'])('removes nothing for the request %j', (request) =>
      withBackend(async (store, stored) => {
        await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
        expect(await store.removeRequest(request)).toBe(0);
        expect(await stored()).toHaveLength(1);
      }),
    );
  });
}
