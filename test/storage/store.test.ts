import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { startDraft } from '../../src/storage/draft';
import { createFileStore, type FileStore, type StoredFile } from '../../src/storage/store';
import { withFolder } from '../support/temporaryFile';

const REQUEST = randomUUID();
const IMAGE = Buffer.from('the bytes of an image');

const withStore = (work: (store: FileStore, dataDir: string) => Promise<void>) =>
  withFolder((dataDir) => work(createFileStore(dataDir), dataDir));

async function read(file: StoredFile | null): Promise<Buffer | null> {
  return file === null ? null : buffer(file.stream);
}

/** Every file below a folder, by its path from there. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

describe('writeImage and openImage', () => {
  it.each([
    ['jpeg', 'jpg', 'image/jpeg'],
    ['png', 'png', 'image/png'],
    ['webp', 'webp', 'image/webp'],
    ['avif', 'avif', 'image/avif'],
    ['gif', 'gif', 'image/gif'],
    ['tiff', 'tiff', 'image/tiff'],
  ] as const)('store %s as .%s and serve it as %s', (format, extension, contentType) =>
    withStore(async (store) => {
      const name = await store.writeImage(REQUEST, '0-7', format, IMAGE);
      expect(name).toMatch(new RegExp(`^0-7-[0-9a-f]{32}\\.${extension}$`));
      const image = await store.openImage(REQUEST, name);
      expect(image).toMatchObject({ contentType, size: IMAGE.length });
      expect(await read(image)).toEqual(IMAGE);
    }),
  );

  it('give back any bytes as they were', () =>
    withStore(async (store) => {
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
    withStore(async (store, dataDir) => {
      const first = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
      const second = await store.writeImage(REQUEST, '0-1', 'png', Buffer.from(IMAGE));
      expect(second).toBe(first);
      expect(await filesBelow(dataDir)).toHaveLength(1);
    }));

  it('name other bytes otherwise, so that a file once named never changes', () =>
    withStore(async (store) => {
      const first = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
      const second = await store.writeImage(REQUEST, '0-1', 'png', Buffer.from('other bytes'));
      expect(second).not.toBe(first);
      expect(await read(await store.openImage(REQUEST, first))).toEqual(IMAGE);
    }));

  it('keep requests apart', () =>
    withStore(async (store) => {
      const name = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
      expect(await store.openImage(randomUUID(), name)).toBeNull();
    }));

  it('show a file whole or not at all, while many write it at once', () =>
    withStore(async (store, dataDir) => {
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
      expect((await filesBelow(dataDir)).map((file) => path.basename(file))).toEqual([name]);
    }));

  it('leave no file behind when one cannot be written', () =>
    withStore(async (store, dataDir) => {
      const name = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
      const [file = ''] = await filesBelow(dataDir);
      await rm(path.join(dataDir, file));
      await mkdir(path.join(dataDir, file));
      await expect(store.writeImage(REQUEST, '0-1', 'png', IMAGE)).rejects.toThrow();
      expect(path.basename(file)).toBe(name);
      expect(await filesBelow(dataDir)).toEqual([]);
    }));

  it.each([
    ['request', '../x', '0-1'],
    ['reference', REQUEST, '../0-1'],
  ])('refuse to write under what is no %s', (_, request, ref) =>
    withStore(async (store, dataDir) => {
      await expect(store.writeImage(request, ref, 'png', IMAGE)).rejects.toThrow('file name');
      expect(await filesBelow(dataDir)).toEqual([]);
    }),
  );
});

describe('openImage', () => {
  const HASH = 'ab'.repeat(16);

  it('gives null for a file that is not there', () =>
    withStore(async (store) => {
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
    withStore(async (store) => {
      expect(await store.openImage(REQUEST, name)).toBeNull();
    }),
  );

  it.each(['..', '.', '', '../files', `${REQUEST}/..`, `../${'a'.repeat(33)}`, '\0'.repeat(36)])(
    'gives null for the request %j',
    (request) =>
      withStore(async (store) => {
        const name = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
        expect(await store.openImage(request, name)).toBeNull();
      }),
  );

  it('leads to nothing but the images of the request, whatever the name', () =>
    withStore(async (store, dataDir) => {
      await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
      await writeFile(path.join(dataDir, 'secret.png'), 'secret');
      const part = fc.oneof(
        fc.constantFrom('..', '.', '/', '\\', '\0', 'secret.png', 'files', REQUEST, HASH, '%2e'),
        fc.string(),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(part), fc.array(part), async (request, name) => {
          expect(await store.openImage(REQUEST, name.join(''))).toBeNull();
          expect(await store.openImage(request.join(''), name.join(''))).toBeNull();
        }),
      );
    }));

  it('does not serve a draft that is being written', () =>
    withStore(async (store, dataDir) => {
      const name = await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
      const [file = ''] = await filesBelow(dataDir);
      const draft = `${name}.${randomUUID()}.tmp`;
      await writeFile(path.join(dataDir, path.dirname(file), draft), 'part');
      expect(await store.openImage(REQUEST, draft)).toBeNull();
    }));
});

describe('createResultFile and openResult', () => {
  it('give back what was written in pieces, once it is committed', () =>
    withStore(async (store) => {
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
    withStore(async (store) => {
      const lines = Array.from({ length: 5 }, (_, index) => String(index).repeat(400_000));
      const file = await store.createResultFile(REQUEST, 1, 'result');
      for (const line of lines) await file.write(line);
      await file.commit();
      const result = await read(await store.openResult(REQUEST, 1, 'result'));
      expect(result?.equals(Buffer.from(lines.join('')))).toBe(true);
    }));

  it('keep rounds and kinds apart', () =>
    withStore(async (store) => {
      const file = await store.createResultFile(REQUEST, 1, 'failed');
      await file.commit();
      expect(await store.openResult(REQUEST, 2, 'failed')).toBeNull();
      expect(await store.openResult(REQUEST, 1, 'result')).toBeNull();
      expect(await read(await store.openResult(REQUEST, 1, 'failed'))).toHaveLength(0);
    }));

  it('leave nothing of a file that is discarded', () =>
    withStore(async (store, dataDir) => {
      const file = await store.createResultFile(REQUEST, 1, 'result');
      await file.write('part');
      await file.discard();
      expect(await filesBelow(dataDir)).toEqual([]);
    }));
});

describe('removeDrafts', () => {
  it('removes what was left half-written of the request, and nothing else', () =>
    withStore(async (store, dataDir) => {
      await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
      await (await store.createResultFile(REQUEST, 1, 'result')).commit();
      const whole = await filesBelow(dataDir);
      // As a process leaves them that is killed before it can discard them.
      const left = await store.createResultFile(REQUEST, 1, 'failed');
      const other = await store.createResultFile(randomUUID(), 1, 'result');
      const [image = ''] = whole.filter((file) => file.endsWith('.png'));
      const draft = await startDraft(path.join(dataDir, image));
      await draft.handle.close();
      expect(await filesBelow(dataDir)).toHaveLength(whole.length + 3);

      await store.removeDrafts(REQUEST);
      expect(await filesBelow(dataDir)).toHaveLength(whole.length + 1);
      expect(await filesBelow(dataDir)).toEqual(expect.arrayContaining(whole));
      await left.discard();
      await other.discard();
    }));

  it('does nothing for a request without files', () =>
    withStore(async (store) => {
      await expect(store.removeDrafts(REQUEST)).resolves.toBeUndefined();
    }));
});

describe('removeRequest', () => {
  it('removes the images and results of the request, and of no other', () =>
    withStore(async (store, dataDir) => {
      const other = randomUUID();
      const name = await store.writeImage(other, '0-1', 'png', IMAGE);
      await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
      await (await store.createResultFile(REQUEST, 1, 'result')).commit();
      await store.removeRequest(REQUEST);
      expect((await filesBelow(dataDir)).map((file) => path.basename(file))).toEqual([name]);
    }));

  it('does nothing for a request without files', () =>
    withStore(async (store) => {
      await expect(store.removeRequest(REQUEST)).resolves.toBeUndefined();
    }));

  it.each(['..', '.', '', '../..'])('removes nothing for the request %j', (request) =>
    withStore(async (store, dataDir) => {
      await store.writeImage(REQUEST, '0-1', 'png', IMAGE);
      await store.removeRequest(request);
      expect(await filesBelow(dataDir)).toHaveLength(1);
    }),
  );
});

describe('clearSpool', () => {
  it('makes the folder for uploads', () =>
    withStore(async (store) => {
      await store.clearSpool();
      expect(await readdir(store.spoolDir)).toEqual([]);
    }));

  it('removes what was left there for more than a day, and keeps what is being uploaded', () =>
    withStore(async (store) => {
      await store.clearSpool();
      const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
      for (const name of ['left', 'new']) await writeFile(path.join(store.spoolDir, name), name);
      await utimes(path.join(store.spoolDir, 'left'), twoDaysAgo, twoDaysAgo);
      await store.clearSpool();
      expect(await readdir(store.spoolDir)).toEqual(['new']);
      expect(await readFile(path.join(store.spoolDir, 'new'), 'utf8')).toBe('new');
    }));
});
