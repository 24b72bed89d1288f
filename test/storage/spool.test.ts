import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { prepareSpool, spoolDirOf } from '../../src/storage/spool';
import { withFolder } from '../support/temporaryFile';

describe('prepareSpool(spoolDir)', () => {
  it('creates the folder for uploads', () =>
    withFolder(async (dataDir) => {
      await prepareSpool(spoolDirOf(dataDir));
      expect(await readdir(spoolDirOf(dataDir))).toEqual([]);
    }));

  it('removes files that are older than a day and keeps an upload under way', () =>
    withFolder(async (dataDir) => {
      const spoolDir = spoolDirOf(dataDir);
      await prepareSpool(spoolDir);
      const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
      for (const name of ['old', 'new']) await writeFile(path.join(spoolDir, name), name);
      await utimes(path.join(spoolDir, 'old'), twoDaysAgo, twoDaysAgo);
      await prepareSpool(spoolDir);
      expect(await readdir(spoolDir)).toEqual(['new']);
      expect(await readFile(path.join(spoolDir, 'new'), 'utf8')).toBe('new');
    }));
});
