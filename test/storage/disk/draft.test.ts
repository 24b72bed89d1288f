import { access, readdir, readFile, writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startDraft } from '../../../src/storage/disk/draft';
import { withFolder } from '../../support/temporaryFile';

describe('startDraft(file)', () => {
  it('creates missing parent folders', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'a', 'b', 'file');
      const draft = await startDraft(file);
      await draft.commit();
      await expect(access(file)).resolves.toBeUndefined();
    }));

  it('shows no file before the commit, and the complete file after', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'file');
      const draft = await startDraft(file);
      await draft.handle.writeFile('half and ');
      await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
      await draft.handle.appendFile('half');
      await draft.commit();
      expect(await readFile(file, 'utf8')).toBe('half and half');
    }));

  it('shows the old file until the commit, and the new one after', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'file');
      await writeFile(file, 'old');
      const draft = await startDraft(file);
      await draft.handle.writeFile('new');
      expect(await readFile(file, 'utf8')).toBe('old');
      await draft.commit();
      expect(await readFile(file, 'utf8')).toBe('new');
    }));

  it('leaves no other file after the commit', () =>
    withFolder(async (folder) => {
      const draft = await startDraft(path.join(folder, 'file'));
      await draft.commit();
      expect(await readdir(folder)).toEqual(['file']);
    }));

  it('leaves no file when it is discarded, also twice', () =>
    withFolder(async (folder) => {
      const draft = await startDraft(path.join(folder, 'file'));
      await draft.handle.writeFile('part');
      await draft.discard();
      await draft.discard();
      expect(await readdir(folder)).toEqual([]);
    }));

  it('can be discarded after a failed commit', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'file');
      await mkdir(file);
      const draft = await startDraft(file);
      await expect(draft.commit()).rejects.toThrow();
      await draft.discard();
      expect(await readdir(folder)).toEqual(['file']);
    }));

  it('keeps drafts of the same file separate: the last commit wins', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'file');
      const [first, second] = await Promise.all([startDraft(file), startDraft(file)]);
      await Promise.all([first.handle.writeFile('first'), second.handle.writeFile('second')]);
      await second.commit();
      await first.commit();
      expect(await readFile(file, 'utf8')).toBe('first');
      expect(await readdir(folder)).toEqual(['file']);
    }));
});
