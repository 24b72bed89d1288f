import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { startDraft } from '../../../src/storage/disk/draft';
import { createDiskStore } from '../../../src/storage/disk/store';
import type { FileStore } from '../../../src/storage/fileStore';
import { withFolder } from '../../support/temporaryFile';
import { IMAGE, REQUEST, specifyFileStore } from '../fileStore';
import { compressedFile, storeImage } from '../../support/storedImage';

const withStore = (work: (store: FileStore, dataDir: string) => Promise<void>) =>
  withFolder((dataDir) => work(createDiskStore(dataDir), dataDir));

/** Returns the relative paths of all files below a folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

describe('the disk store', () => {
  specifyFileStore((work) =>
    withStore((store, dataDir) =>
      work(store, async () => (await filesBelow(dataDir)).map((file) => path.basename(file))),
    ),
  );

  it('leaves no file when a write fails', () =>
    withStore(async (store, dataDir) => {
      const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      const [file = ''] = await filesBelow(dataDir);
      await rm(path.join(dataDir, file));
      await mkdir(path.join(dataDir, file));
      await expect(storeImage(store, REQUEST, '0-1', 'png', IMAGE)).rejects.toThrow();
      expect(path.basename(file)).toBe(name);
      expect(await filesBelow(dataDir)).toEqual([]);
    }));

  it('stores an image also when its local file is on another disk', async () => {
    const elsewhere = await mkdtemp('/dev/shm/image-processor-');
    try {
      await withStore(async (store) => {
        const image = await compressedFile('png', IMAGE);
        const file = path.join(elsewhere, 'image');
        await copyFile(image.file, file);
        await rm(image.file);
        const name = await store.writeImage(REQUEST, '0-1', { ...image, file });
        const stored = await store.openImage(REQUEST, name);
        expect(await buffer(stored?.stream ?? Readable.from([]))).toEqual(IMAGE);
        expect(await readdir(elsewhere)).toEqual([]);
      });
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it('is not ready when its folder is missing', () =>
    withFolder(async (folder) => {
      const store = createDiskStore(path.join(folder, 'missing'));
      await expect(store.check()).rejects.toMatchObject({ code: 'ENOENT' });
    }));

  it('opens only images of the request, for any name', () =>
    withStore(async (store, dataDir) => {
      await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      await writeFile(path.join(dataDir, 'secret.png'), 'secret');
      const part = fc.oneof(
        fc.constantFrom(
          '..',
          '.',
          '/',
          '\\',
          '\0',
          'secret.png',
          'files',
          REQUEST,
          'ab'.repeat(16),
          '%2e',
        ),
        fc.string(),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(part), fc.array(part), async (request, name) => {
          expect(await store.openImage(REQUEST, name.join(''))).toBeNull();
          expect(await store.openImage(request.join(''), name.join(''))).toBeNull();
        }),
      );
    }));

  it('does not open a draft', () =>
    withStore(async (store, dataDir) => {
      const name = await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      const [file = ''] = await filesBelow(dataDir);
      const draft = `${name}.${randomUUID()}.tmp`;
      await writeFile(path.join(dataDir, path.dirname(file), draft), 'part');
      expect(await store.openImage(REQUEST, draft)).toBeNull();
    }));

  it('removes the drafts of a request and nothing else', () =>
    withStore(async (store, dataDir) => {
      await storeImage(store, REQUEST, '0-1', 'png', IMAGE);
      await (await store.createResultFile(REQUEST, 1, 'result')).commit();
      const complete = await filesBelow(dataDir);
      // Drafts of a process that was killed before it could discard them.
      const own = await store.createResultFile(REQUEST, 1, 'failed');
      const other = await store.createResultFile(randomUUID(), 1, 'result');
      const [image = ''] = complete.filter((file) => file.endsWith('.png'));
      const draft = await startDraft(path.join(dataDir, image));
      await draft.handle.close();
      expect(await filesBelow(dataDir)).toHaveLength(complete.length + 3);

      await store.removeDrafts(REQUEST);
      expect(await filesBelow(dataDir)).toHaveLength(complete.length + 1);
      expect(await filesBelow(dataDir)).toEqual(expect.arrayContaining(complete));
      await own.discard();
      await other.discard();
    }));
});
