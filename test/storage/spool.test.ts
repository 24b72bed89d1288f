import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openSpool } from '../../src/storage/spool';
import { withFolder } from '../support/temporaryFile';

const MANY = 2 ** 40;

describe('openSpool(dataDir, maxBytes, owner)', () => {
  it('creates a folder of its own for the process', () =>
    withFolder(async (dataDir) => {
      const spool = await openSpool(dataDir, MANY, 'host-1');
      expect(spool.dir).toBe(path.join(dataDir, 'uploads', 'host-1'));
      expect(await readdir(spool.dir)).toEqual([]);
    }));

  it('removes at once what the process left before a restart', () =>
    withFolder(async (dataDir) => {
      const { dir } = await openSpool(dataDir, MANY, 'host-1');
      await writeFile(path.join(dir, 'a.csv'), 'text');
      await openSpool(dataDir, MANY, 'host-1');
      expect(await readdir(dir)).toEqual([]);
    }));

  it('keeps what another process is receiving, and removes it when it is older than a day', () =>
    withFolder(async (dataDir) => {
      const root = path.join(dataDir, 'uploads');
      for (const name of ['host-2', 'host-3']) {
        await mkdir(path.join(root, name), { recursive: true });
        await writeFile(path.join(root, name, 'a.csv'), 'text');
      }
      // Where releases before 0.3.0 put their files.
      await writeFile(path.join(root, 'old.csv'), 'text');
      const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
      for (const name of ['host-3', 'old.csv'])
        await utimes(path.join(root, name), twoDaysAgo, twoDaysAgo);
      await openSpool(dataDir, MANY, 'host-1');
      expect((await readdir(root)).sort()).toEqual(['host-1', 'host-2']);
    }));

  it('counts bytes up to its limit', () =>
    withFolder(async (dataDir) => {
      const spool = await openSpool(dataDir, 10, 'host-1');
      expect([spool.add(6), spool.add(5), spool.add(4), spool.add(1)]).toEqual([
        true,
        false,
        true,
        false,
      ]);
      spool.subtract(6);
      expect(spool.add(6)).toBe(true);
    }));

  it('has room on a disk with free space', () =>
    withFolder(async (dataDir) => {
      expect(await (await openSpool(dataDir, MANY)).hasRoom()).toBe(true);
    }));
});
