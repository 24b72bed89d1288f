import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { endOrphans, rememberServers } from '../../../src/dev/embedded/orphans';
import { withFolder } from '../../support/temporaryFile';

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** Starts a long-running process with the arguments on its command line. */
async function lasting(...args: string[]): Promise<{ child: ChildProcess; pid: number }> {
  const script = 'console.log(1); setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, ['-e', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return { child, pid: child.pid ?? 0 };
}

async function endedIn(folder: string): Promise<string[]> {
  const lines: string[] = [];
  await endOrphans(folder, (line) => lines.push(line));
  return lines;
}

describe('endOrphans', () => {
  it('stops the servers that outlived a killed start, and waits until they have ended', () =>
    withFolder(async (folder) => {
      const one = await lasting(path.join(folder, 'temporal.db'));
      const other = await lasting('--', '--dbpath', folder);
      const { remember } = rememberServers(folder);
      remember('Temporal server')(one.pid);
      remember('MongoDB server')(other.pid);
      const exits = [one, other].map(({ child }) => once(child, 'exit'));
      expect(await endedIn(folder)).toEqual([
        `Ending the Temporal server (process ${one.pid}) that outlived an earlier start`,
        `Ending the MongoDB server (process ${other.pid}) that outlived an earlier start`,
      ]);
      expect(await Promise.all(exits)).toEqual([
        [null, 'SIGTERM'],
        [null, 'SIGTERM'],
      ]);
    }));

  it('ends the latest process of a restarted server', () =>
    withFolder(async (folder) => {
      const { pid } = await lasting(folder);
      const remember = rememberServers(folder).remember('Temporal server');
      remember(process.pid);
      remember(pid);
      expect(await endedIn(folder)).toHaveLength(1);
    }));

  it.each([
    ['has nothing to do with the folder', () => '/somewhere/else'],
    ['uses a folder whose name begins with that name', (folder: string) => `${folder}-2/mongod`],
  ])('does not end a process with a reused id that %s', (_, argument) =>
    withFolder(async (folder) => {
      const { child, pid } = await lasting(argument(folder));
      rememberServers(folder).remember('Temporal server')(pid);
      expect(await endedIn(folder)).toEqual([]);
      expect(child.signalCode).toBeNull();
      expect(child.exitCode).toBeNull();
    }),
  );

  it('does nothing for a process that has ended', () =>
    withFolder(async (folder) => {
      const { child, pid } = await lasting(folder);
      child.kill('SIGKILL');
      await once(child, 'exit');
      rememberServers(folder).remember('Temporal server')(pid);
      expect(await endedIn(folder)).toEqual([]);
    }));

  it('does nothing for a process whose record was removed', () =>
    withFolder(async (folder) => {
      const { child, pid } = await lasting(folder);
      const { remember, forget } = rememberServers(folder);
      remember('Temporal server')(pid);
      forget();
      expect(await endedIn(folder)).toEqual([]);
      expect(child.signalCode).toBeNull();
      expect(existsSync(path.join(folder, 'servers.json'))).toBe(false);
    }));

  it('does nothing in a new folder', () =>
    withFolder(async (folder) => {
      expect(await endedIn(path.join(folder, 'new'))).toEqual([]);
    }));

  it.each(['', '{"Temporal', 'null', '"text"', '{"Temporal server":"-1"}', '{"a":-1,"b":0}'])(
    'does nothing when the file contains %j',
    (note) =>
      withFolder(async (folder) => {
        await writeFile(path.join(folder, 'servers.json'), note);
        expect(await endedIn(folder)).toEqual([]);
      }),
  );
});
