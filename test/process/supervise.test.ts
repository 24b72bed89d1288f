import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { supervise, type SupervisedProcess, type ProcessSpec } from '../../src/process/supervise';
import { alive } from '../support/command';
import { eventually } from '../support/eventually';
import { withFolder } from '../support/temporaryFile';

const RUN_FOREVER = 'setInterval(() => {}, 1000)';

interface Supervised {
  readonly supervised: SupervisedProcess;
  /** Pids of all processes that were started. */
  readonly pids: readonly number[];
  readonly lines: readonly string[];
  readonly logFile: string;
}

/** Supervises a Node script during the work. */
function whileSupervised(
  script: string,
  work: (started: Supervised) => Promise<void>,
  spec: Partial<ProcessSpec> = {},
): Promise<void> {
  return withFolder(async (folder) => {
    const file = path.join(folder, 'script.cjs');
    await writeFile(file, script);
    const logFile = path.join(folder, 'process.log');
    const pids: number[] = [];
    const lines: string[] = [];
    const supervised = supervise(
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
      await work({ supervised, pids, lines, logFile });
    } finally {
      await supervised.stop();
    }
    expect(await alive(pids)).toEqual([]);
  });
}

const logged = (logFile: string, text: string) =>
  eventually(
    () => readFileSync(logFile, 'utf8'),
    (content) => content.includes(text),
  );

/** Waits for as many deaths as a crash loop has. Each one announced a restart. */
const diedOften = (lines: readonly string[]) =>
  eventually(
    () => lines.length,
    (count) => count === 5,
  );

describe('supervise', () => {
  it('runs the process with the given environment, and writes its output to the log file', () =>
    whileSupervised(
      `console.log('out ' + process.env.COLOUR); console.error('err'); ${RUN_FOREVER}`,
      async ({ logFile }) => {
        await logged(logFile, 'out red\n');
        await logged(logFile, 'err\n');
      },
      { env: { COLOUR: 'red' } },
    ));

  it('restarts the process when it dies, and logs it', () =>
    whileSupervised(RUN_FOREVER, async ({ pids, lines, logFile }) => {
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

  it('keeps the output of earlier processes', () =>
    whileSupervised(
      `console.log('pid ' + process.pid); ${RUN_FOREVER}`,
      async ({ pids, logFile }) => {
        await logged(logFile, `pid ${pids[0] ?? ''}\n`);
        process.kill(pids[0] ?? 0, 'SIGKILL');
        await eventually(
          () => pids.length,
          (count) => count === 2,
        );
        expect(await logged(logFile, `pid ${pids[1] ?? ''}\n`)).toContain(`pid ${pids[0] ?? ''}\n`);
      },
    ));

  it('reports no crash loop of a program that was marked as ready', () =>
    whileSupervised(
      '',
      async ({ supervised, lines }) => {
        supervised.markReady();
        await Promise.race([supervised.crashLoop, diedOften(lines)]);
      },
      { command: '/bin/false', args: [] },
    ));

  it('reports no crash loop of a process that dies repeatedly after it reported that it is ready', () =>
    whileSupervised(
      "process.send('ready', () => process.exit(7))",
      async ({ supervised, lines }) => {
        await Promise.race([supervised.crashLoop, diedOften(lines)]);
      },
    ));

  it('restarts a process that was never ready after growing pauses, then reports a crash loop', () =>
    whileSupervised('process.exit(7)', async ({ supervised, pids, lines, logFile }) => {
      await expect(supervised.crashLoop).rejects.toThrow(
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

  it('reports a crash loop of a program that cannot be started, with the reason', () =>
    whileSupervised(
      '',
      async ({ supervised, pids }) => {
        await expect(supervised.crashLoop).rejects.toThrow('ENOENT');
        expect(pids).toEqual([]);
      },
      { command: '/nowhere/program' },
    ));

  it('stops a process with SIGTERM, and waits until it has exited', () =>
    whileSupervised(
      `process.on('SIGTERM', () => setTimeout(() => { console.log('bye'); process.exit(0); }, 200));
       console.log('ready'); ${RUN_FOREVER}`,
      async ({ supervised, pids, lines, logFile }) => {
        await logged(logFile, 'ready\n');
        await supervised.stop();
        expect(await alive(pids)).toEqual([]);
        expect(readFileSync(logFile, 'utf8')).toBe('ready\nbye\n');
        expect(lines).toEqual([]);
      },
    ));

  it('does not restart a process that is stopped during the pause after a death', () =>
    whileSupervised('process.exit(1)', async ({ supervised, pids, lines }) => {
      await eventually(
        () => lines.length,
        (count) => count === 2,
      );
      await supervised.stop();
      const before = pids.length;
      // Longer than the pause that it announced.
      expect(lines[1]).toContain('in 1000 ms');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(pids).toHaveLength(before);
    }));

  it('can be stopped twice', () =>
    whileSupervised(RUN_FOREVER, async ({ supervised }) => {
      await Promise.all([supervised.stop(), supervised.stop()]);
      await supervised.stop();
    }));

  it('can be stopped before the start of a program has failed', () =>
    whileSupervised('', ({ supervised }) => supervised.stop(), { command: '/nowhere/program' }));

  it('runs the process in its own process group, which Ctrl-C does not reach', () =>
    whileSupervised(RUN_FOREVER, ({ pids }) => {
      const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pids[0])], {
        encoding: 'utf8',
      });
      expect(group.trim()).toBe(String(pids[0]));
      return Promise.resolve();
    }));
});
