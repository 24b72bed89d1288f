import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { lockDataDir } from '../../../src/dev/embedded/lock';
import { withFolder } from '../../support/temporaryFile';

const MODULE = path.join(__dirname, '..', '..', '..', 'dist', 'src', 'dev', 'embedded', 'lock.js');

/** Another process takes the folder, and is killed while it has it; its temporary files go with the folder. */
async function takeAndDie(folder: string): Promise<void> {
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
  it('makes a folder that is not there yet', () =>
    withFolder(async (folder) => {
      const dataDir = path.join(folder, 'new', 'data');
      const unlock = await lockDataDir(dataDir);
      expect(existsSync(dataDir)).toBe(true);
      await unlock();
    }));

  it('refuses a folder that is taken, naming it, its holder and what to do', () =>
    withFolder(async (folder) => {
      const unlock = await lockDataDir(folder);
      await expect(lockDataDir(folder)).rejects.toThrow(
        `Expected DATA_DIR ${folder} to be free, but process ${process.pid} runs on it; ` +
          'stop that one, or set another DATA_DIR',
      );
      await unlock();
    }));

  it('refuses still when it has refused before', () =>
    withFolder(async (folder) => {
      const unlock = await lockDataDir(folder);
      await expect(lockDataDir(folder)).rejects.toThrow('to be free');
      await expect(lockDataDir(folder)).rejects.toThrow('to be free');
      await unlock();
    }));

  it('keeps two folders apart', () =>
    withFolder(async (folder) => {
      const unlock = await lockDataDir(path.join(folder, 'one'));
      const unlockOther = await lockDataDir(path.join(folder, 'two'));
      await Promise.all([unlock(), unlockOther()]);
    }));

  it('can be taken again when it was given back', () =>
    withFolder(async (folder) => {
      await (
        await lockDataDir(folder)
      )();
      await (
        await lockDataDir(folder)
      )();
    }));

  it('can be taken again when its holder was killed', () =>
    withFolder(async (folder) => {
      await takeAndDie(folder);
      const unlock = await lockDataDir(folder);
      await expect(lockDataDir(folder)).rejects.toThrow(`process ${process.pid} runs on it`);
      await unlock();
    }));

  it.each([
    ['a new folder', () => Promise.resolve()],
    ['a folder whose holder was killed', takeAndDie],
  ])('gives %s to exactly one of many that want it at once', (_, prepare) =>
    withFolder(async (folder) => {
      await prepare(folder);
      const wanting = Array.from({ length: 20 }, () => lockDataDir(folder));
      const outcomes = await Promise.allSettled(wanting);
      const taken = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      await Promise.all(taken.map(({ value: unlock }) => unlock()));
      expect(taken).toHaveLength(1);
    }),
  );

  it('takes a folder whose path is longer than the path of a socket may be', () =>
    withFolder(async (folder) => {
      const deep = path.join(folder, 'a'.repeat(120), 'b'.repeat(120));
      const unlock = await lockDataDir(deep);
      await expect(lockDataDir(deep)).rejects.toThrow(`Expected DATA_DIR ${deep} to be free`);
      await unlock();
    }));
});
