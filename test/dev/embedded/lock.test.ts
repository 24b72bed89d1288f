import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { lockDataDir } from '../../../src/dev/embedded/lock';
import { withFolder } from '../../support/temporaryFile';

const MODULE = path.join(__dirname, '..', '..', '..', 'dist', 'src', 'dev', 'embedded', 'lock.js');

/** Locks the folder from another process, and kills that process. Its temporary files are in the same folder. */
async function lockAndDie(folder: string): Promise<void> {
  const script = `require(${JSON.stringify(MODULE)}).lockDataDir(process.argv[1])
    .then(() => { console.log('taken'); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ['-e', script, folder], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('lockDataDir', () => {
  it('creates a missing folder', () =>
    withFolder(async (folder) => {
      const dataDir = path.join(folder, 'new', 'data');
      const unlock = await lockDataDir(dataDir);
      expect(existsSync(dataDir)).toBe(true);
      await unlock();
    }));

  it('refuses a locked folder, naming it, its process and what to do', () =>
    withFolder(async (folder) => {
      const unlock = await lockDataDir(folder);
      await expect(lockDataDir(folder)).rejects.toThrow(
        `DATA_DIR ${folder} is in use by process ${process.pid}; stop it, or set another DATA_DIR`,
      );
      await unlock();
    }));

  it('refuses again after a refusal', () =>
    withFolder(async (folder) => {
      const unlock = await lockDataDir(folder);
      await expect(lockDataDir(folder)).rejects.toThrow('is in use');
      await expect(lockDataDir(folder)).rejects.toThrow('is in use');
      await unlock();
    }));

  it('locks two folders independently', () =>
    withFolder(async (folder) => {
      const unlock = await lockDataDir(path.join(folder, 'one'));
      const unlockOther = await lockDataDir(path.join(folder, 'two'));
      await Promise.all([unlock(), unlockOther()]);
    }));

  it('locks a folder again after its release', () =>
    withFolder(async (folder) => {
      await (
        await lockDataDir(folder)
      )();
      await (
        await lockDataDir(folder)
      )();
    }));

  it('locks a folder again after its process was killed', () =>
    withFolder(async (folder) => {
      await lockAndDie(folder);
      const unlock = await lockDataDir(folder);
      await expect(lockDataDir(folder)).rejects.toThrow(`in use by process ${process.pid}`);
      await unlock();
    }));

  it.each([
    ['a new folder', () => Promise.resolve()],
    ['a folder whose process was killed', lockAndDie],
  ])('locks %s for exactly one of many simultaneous calls', (_, prepare) =>
    withFolder(async (folder) => {
      await prepare(folder);
      const wanting = Array.from({ length: 20 }, () => lockDataDir(folder));
      const outcomes = await Promise.allSettled(wanting);
      const taken = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      await Promise.all(taken.map(({ value: unlock }) => unlock()));
      expect(taken).toHaveLength(1);
    }),
  );

  it('locks a folder whose path is longer than the path of a socket may be', () =>
    withFolder(async (folder) => {
      const deep = path.join(folder, 'a'.repeat(120), 'b'.repeat(120));
      const unlock = await lockDataDir(deep);
      await expect(lockDataDir(deep)).rejects.toThrow(`DATA_DIR ${deep} is in use`);
      await unlock();
    }));
});
