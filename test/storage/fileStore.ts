import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import type { FileStore, StoredFile } from '../../src/storage/fileStore';

export const REQUEST = randomUUID();
export const IMAGE = Buffer.from('the bytes of an image');

/**
 * Gives the work a new, empty store of the backend.
 *
 * `stored` lists the names (without folders) of everything that the backend keeps.
 */
export type WithBackend = (
  work: (store: FileStore, stored: () => Promise<string[]>) => Promise<void>,
) => Promise<void>;

async function read(file: StoredFile | null): Promise<Buffer | null> {
  return file === null ? null : buffer(file.stream);
}

/** What every storage backend has to do; each backend's test file calls it. */
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
        const name = await store.writeImage(REQUEST, '0-7', format, IMAGE);
        expect(name).toMatch(new RegExp(`^0-7-[0-9a-f]{32}\\.${extension}$`));
        const image = await store.openImage(REQUEST, name);
        expect(image).toMatchObject({ contentType, size: IMAGE.length });
        expect(await read(image)).toEqual(IMAGE);
      }),
    );

    it('give back any bytes as they were', () =>
      withBackend(async (store) => {
        await fc.assert(
          fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (content) => {
            const bytes = Buffer.from(content);
            const name = await store.writeImage(REQUEST, '0-0', 'png', bytes);
            expect(await read(await store.openImage(REQUEST, name))).toEqual(bytes);
          }),
          { numRuns: 30 },
        );
      }));

    it('name the same bytes the same, and keep one file of them', () =>
      withBackend(async (store, stored) => {
        const first = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
        const second = await store.writeImage(REQUEST, '0-1', 'png', Buffer.from(IMAGE));
        expect(second).toBe(first);
        expect(await stored()).toHaveLength(1);
      }));

    it('name other bytes otherwise, so that a file once named never changes', () =>
      withBackend(async (store) => {
        const first = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
        const second = await store.writeImage(REQUEST, '0-1', 'png', Buffer.from('other bytes'));
        expect(second).not.toBe(first);
        expect(await read(await store.openImage(REQUEST, first))).toEqual(IMAGE);
      }));

    it('keep requests apart', () =>
      withBackend(async (store) => {
        const name = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
        expect(await store.openImage(randomUUID(), name)).toBeNull();
      }));

    it('show a file whole or not at all, while many write it at once', () =>
      withBackend(async (store, stored) => {
        const large = Buffer.alloc(2 ** 20, 'x');
        const name = await store.writeImage(REQUEST, '0-1', 'png', large);
        await store.removeRequest(REQUEST);
        const seen: (Buffer | null)[] = [];
        const look = async () => seen.push(await read(await store.openImage(REQUEST, name)));
        const write = async () => {
          await store.writeImage(REQUEST, '0-1', 'png', large);
          await look();
        };
        await look();
        await Promise.all([write(), look(), write(), look(), write(), look()]);
        expect(seen[0]).toBeNull();
        expect(seen.every((bytes) => bytes?.equals(large) ?? true)).toBe(true);
        expect(seen.filter((bytes) => bytes !== null).length).toBeGreaterThanOrEqual(3);
        expect(await stored()).toEqual([name]);
      }));

    it.each([
      ['request', '../x', '0-1'],
      ['reference', REQUEST, '../0-1'],
    ])('refuse to write under what is no %s', (_, request, ref) =>
      withBackend(async (store, stored) => {
        await expect(store.writeImage(request, ref, 'png', IMAGE)).rejects.toThrow('file name');
        expect(await stored()).toEqual([]);
      }),
    );
  });

  describe('openImage', () => {
    const HASH = 'ab'.repeat(16);

    it('gives null for a file that is not there', () =>
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
    ])('gives null for the name %j', (name) =>
      withBackend(async (store) => {
        expect(await store.openImage(REQUEST, name)).toBeNull();
      }),
    );

    it.each(['..', '.', '', '../files', `${REQUEST}/..`, `../${'a'.repeat(33)}`, '\0'.repeat(36)])(
      'gives null for the request %j',
      (request) =>
        withBackend(async (store) => {
          const name = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
          expect(await store.openImage(request, name)).toBeNull();
        }),
    );
  });

  describe('createResultFile and openResult', () => {
    it('give back what was written in pieces, once it is committed', () =>
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

    it('keep texts larger than what is written at once in order', () =>
      withBackend(async (store) => {
        const lines = Array.from({ length: 5 }, (_, index) => String(index).repeat(400_000));
        const file = await store.createResultFile(REQUEST, 1, 'result');
        for (const line of lines) await file.write(line);
        await file.commit();
        const result = await read(await store.openResult(REQUEST, 1, 'result'));
        expect(result?.equals(Buffer.from(lines.join('')))).toBe(true);
      }));

    it('keep rounds and kinds apart', () =>
      withBackend(async (store) => {
        const file = await store.createResultFile(REQUEST, 1, 'failed');
        await file.commit();
        expect(await store.openResult(REQUEST, 2, 'failed')).toBeNull();
        expect(await store.openResult(REQUEST, 1, 'result')).toBeNull();
        expect(await read(await store.openResult(REQUEST, 1, 'failed'))).toHaveLength(0);
      }));

    it('leave nothing of a file that is discarded', () =>
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
    it('removes the images and results of the request, and of no other', () =>
      withBackend(async (store, stored) => {
        const other = randomUUID();
        const name = await store.writeImage(other, '0-1', 'png', IMAGE);
        await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
        await (await store.createResultFile(REQUEST, 1, 'result')).commit();
        await store.removeRequest(REQUEST);
        expect(await stored()).toEqual([name]);
      }));

    it('does nothing for a request without files', () =>
      withBackend(async (store) => {
        await expect(store.removeRequest(REQUEST)).resolves.toBeUndefined();
      }));

    it.each(['..', '.', '', '../..'])('removes nothing for the request %j', (request) =>
      withBackend(async (store, stored) => {
        await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
        await store.removeRequest(request);
        expect(await stored()).toHaveLength(1);
      }),
    );
  });
}
