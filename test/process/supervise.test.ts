import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { supervise, type SupervisedProcess, type ProcessSpec } from '../../src/process/supervise';
import { alive } from '../support/command';
import { eventually } from '../support/eventually';
import { withFolder } from '../support/temporaryFile';

const LASTING = 'setInterval(() => {}, 1000)';

interface Kept {
  readonly kept: SupervisedProcess;
  /** Of every process that was started. */
  readonly pids: readonly number[];
  readonly lines: readonly string[];
  readonly logFile: string;
}

/** Keeps a Node script running while the work is done. */
function whileKept(
  script: string,
  work: (started: Kept) => Promise<void>,
  spec: Partial<ProcessSpec> = {},
): Promise<void> {
  return withFolder(async (folder) => {
    const file = path.join(folder, 'script.cjs');
    await writeFile(file, script);
    const logFile = path.join(folder, 'process.log');
    const pids: number[] = [];
    const lines: string[] = [];
    const kept = supervise(
      {
        name: 'test server',
        command: process.execPath,
        args: [file],
        logFile,
        onSpawn: (pid) => pids.push(pid),
        ...spec,
      },
      (line) => lines.push(line),
    );
    try {
      await work({ kept, pids, lines, logFile });
    } finally {
      await kept.stop();
    }
    expect(await alive(pids)).toEqual([]);
  });
}

const logged = (logFile: string, text: string) =>
  eventually(
    () => readFileSync(logFile, 'utf8'),
    (content) => content.includes(text),
  );

/** As often as it takes to be given up: after that death another start is announced. */
const diedOften = (lines: readonly string[]) =>
  eventually(
    () => lines.length,
    (count) => count === 5,
  );

describe('supervise', () => {
  it('runs the process with the environment given, its output in the log file', () =>
    whileKept(
      `console.log('out ' + process.env.COLOUR); console.error('err'); ${LASTING}`,
      async ({ logFile }) => {
        await logged(logFile, 'out red\n');
        await logged(logFile, 'err\n');
      },
      { env: { COLOUR: 'red' } },
    ));

  it('starts it again when it dies, and says so', () =>
    whileKept(LASTING, async ({ pids, lines, logFile }) => {
      process.kill(pids[0] ?? 0, 'SIGKILL');
      await eventually(
        () => pids.length,
        (count) => count === 2,
      );
      expect(await alive([...pids])).toEqual([pids[1]]);
      expect(lines).toEqual([
        `The test server died (SIGKILL) and is started again in 500 ms; see ${logFile}`,
      ]);
    }));

  it('keeps the output of every life', () =>
    whileKept(`console.log('life ' + process.pid); ${LASTING}`, async ({ pids, logFile }) => {
      await logged(logFile, `life ${pids[0] ?? ''}\n`);
      process.kill(pids[0] ?? 0, 'SIGKILL');
      await eventually(
        () => pids.length,
        (count) => count === 2,
      );
      expect(await logged(logFile, `life ${pids[1] ?? ''}\n`)).toContain(`life ${pids[0] ?? ''}\n`);
    }));

  it('does not give up on one that was seen ready, whatever program it is', () =>
    whileKept(
      '',
      async ({ kept, lines }) => {
        kept.markReady();
        await Promise.race([kept.crashLoop, diedOften(lines)]);
      },
      { command: '/bin/false', args: [] },
    ));

  it('does not give up on one of ours that dies again and again after it was ready', () =>
    whileKept("process.send('ready', () => process.exit(7))", async ({ kept, lines }) => {
      await Promise.race([kept.crashLoop, diedOften(lines)]);
    }));

  it('gives up, with longer and longer pauses, on one that has never been ready', () =>
    whileKept('process.exit(7)', async ({ kept, pids, lines, logFile }) => {
      await expect(kept.crashLoop).rejects.toThrow(
        `The test server keeps dying right after its start (exit 7); see ${logFile}`,
      );
      expect(pids).toHaveLength(5);
      expect(lines.map((line) => /in (\d+) ms/.exec(line)?.[1])).toEqual([
        '500',
        '1000',
        '2000',
        '4000',
      ]);
    }));

  it('gives up on a program that cannot be started, and says why', () =>
    whileKept(
      '',
      async ({ kept, pids }) => {
        await expect(kept.crashLoop).rejects.toThrow('ENOENT');
        expect(pids).toEqual([]);
      },
      { command: '/nowhere/program' },
    ));

  it('asks it to end, and waits until it has', () =>
    whileKept(
      `process.on('SIGTERM', () => setTimeout(() => { console.log('bye'); process.exit(0); }, 200));
       console.log('ready'); ${LASTING}`,
      async ({ kept, pids, lines, logFile }) => {
        await logged(logFile, 'ready\n');
        await kept.stop();
        expect(await alive(pids)).toEqual([]);
        expect(readFileSync(logFile, 'utf8')).toBe('ready\nbye\n');
        expect(lines).toEqual([]);
      },
    ));

  it('does not start it again when it is stopped in the pause after a death', () =>
    whileKept('process.exit(1)', async ({ kept, pids, lines }) => {
      await eventually(
        () => lines.length,
        (count) => count === 2,
      );
      await kept.stop();
      const before = pids.length;
      // Longer than the pause it was in, by the words it said.
      expect(lines[1]).toContain('in 1000 ms');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(pids).toHaveLength(before);
    }));

  it('can be stopped twice', () =>
    whileKept(LASTING, async ({ kept }) => {
      await Promise.all([kept.stop(), kept.stop()]);
      await kept.stop();
    }));

  it('can be stopped before a program that cannot be started has failed to', () =>
    whileKept('', ({ kept }) => kept.stop(), { command: '/nowhere/program' }));

  it('keeps Ctrl-C from it: it has a process group of its own', () =>
    whileKept(LASTING, ({ pids }) => {
      const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pids[0])], {
        encoding: 'utf8',
      });
      expect(group.trim()).toBe(String(pids[0]));
      return Promise.resolve();
    }));
});
