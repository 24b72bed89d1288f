import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findOnPath, runToEnd } from '../../../src/dev/embedded/commands';
import { withFolder } from '../../support/temporaryFile';

const before = process.env['PATH'] ?? '';
afterEach(() => {
  process.env['PATH'] = before;
});

/** Runs the work with two new folders as the PATH. */
const withPath = (work: (first: string, second: string) => Promise<void>) =>
  withFolder(async (folder) => {
    const folders = [path.join(folder, 'first'), path.join(folder, 'second')] as const;
    for (const one of folders) await mkdir(one);
    process.env['PATH'] = folders.join(path.delimiter);
    await work(...folders);
  });

async function program(folder: string, mode = 0o755): Promise<string> {
  const file = path.join(folder, 'program');
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, mode);
  return file;
}

describe('findOnPath', () => {
  it('finds a program', () =>
    withPath(async (_, second) => {
      expect(findOnPath('program')).toBeNull();
      const file = await program(second);
      expect(findOnPath('program')).toBe(file);
    }));

  it('takes the first of two, as a shell does', () =>
    withPath(async (first, second) => {
      await program(second);
      const file = await program(first);
      expect(findOnPath('program')).toBe(file);
    }));

  it('skips a file that is not executable', () =>
    withPath(async (first, second) => {
      await program(first, 0o644);
      const file = await program(second);
      expect(findOnPath('program')).toBe(file);
    }));

  it('skips a folder of that name', () =>
    withPath(async (first, second) => {
      await mkdir(path.join(first, 'program'));
      const file = await program(second);
      expect(findOnPath('program')).toBe(file);
    }));

  it('skips a broken link', () =>
    withPath(async (first) => {
      await symlink(path.join(first, 'gone'), path.join(first, 'program'));
      expect(findOnPath('program')).toBeNull();
    }));

  it.each(['', path.delimiter])('finds nothing on the PATH %j', (value) => {
    process.env['PATH'] = value;
    expect(findOnPath('package.json')).toBeNull();
    expect(findOnPath('sh')).toBeNull();
  });
});

async function run(script: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const lines: string[] = [];
  await runToEnd('Building', process.execPath, ['-e', script], env, (line) => lines.push(line));
  return lines;
}

describe('runToEnd', () => {
  it('logs when the command is done', async () => {
    expect(await run('')).toEqual([expect.stringMatching(/^Building: done in \d+ s$/)]);
  });

  it('adds to the environment', async () => {
    await run("if (process.env.COLOUR !== 'red' || !process.env.PATH) process.exit(1)", {
      COLOUR: 'red',
    });
  });

  it('fails with the exit code and the last part of the output', async () => {
    const script = `console.log('out'); console.error('x'.repeat(5000) + 'the reason'); process.exitCode = 3`;
    const failure = run(script);
    await expect(failure).rejects.toThrow(/^Building failed \(exit 3\):\n/);
    await expect(failure).rejects.toThrow('the reason');
    await failure.catch((error: unknown) => {
      expect(String(error).length).toBeLessThan(2100);
    });
  });

  it('fails when the command is killed', async () => {
    await expect(run("process.kill(process.pid, 'SIGKILL')")).rejects.toThrow(
      'Building failed (exit by signal)',
    );
  });

  it('fails when there is no such command', async () => {
    const log = () => undefined;
    await expect(runToEnd('Building', '/nowhere/program', [], {}, log)).rejects.toThrow('ENOENT');
  });
});
