import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cpuBetween, cpuTimesOf, timesOf, type Installation } from '../../bench/cpu';
import { withFolder } from '../support/temporaryFile';

/** Uses so many milliseconds of CPU time. */
const use = (ms: number) =>
  `const used = () => { const { user, system } = process.cpuUsage(); return user + system; };
   while (used() < ${ms * 1000});`;
/** Says that it has done so, and waits for the end of its parent. */
const busy = (ms: number) => `${use(ms)} process.stdout.write('done'); process.stdin.resume();`;

/** Starts processes, waits until each has used its time, and stops them after the work. */
async function withProcesses<T>(
  commands: readonly (readonly string[])[],
  work: (pids: readonly number[]) => T,
): Promise<T> {
  const children = commands.map((args) =>
    spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  try {
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    return work(children.map(({ pid = 0 }) => pid));
  } finally {
    for (const child of children) {
      child.stdin.end();
      await once(child, 'exit');
    }
  }
}

describe('CPU times', () => {
  it('are those of the process, and those of its children once they have ended', async () => {
    await withProcesses([['-e', busy(300)]], ([pid = 0]) => {
      expect(timesOf(pid).own).toBeGreaterThanOrEqual(0.25);
      expect(timesOf(pid).ended).toBe(0);
    });
    const before = timesOf(process.pid).ended;
    spawnSync(process.execPath, ['-e', use(300)]);
    expect(timesOf(process.pid).ended - before).toBeGreaterThanOrEqual(0.25);
  });

  it('are zero for a process that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect(timesOf(pid)).toEqual({ own: 0, ended: 0 });
  });

  it('are told apart by what the processes do', async () => {
    await withFolder(async (folder) => {
      const script = (name: string) => path.join(folder, name);
      await writeFile(script('downloadProcess.js'), busy(200));
      await writeFile(script('imageProcess.js'), busy(300));
      await writeFile(script('ended.js'), use(900));
      await writeFile(
        script('worker.js'),
        `const { spawn, spawnSync } = require('node:child_process');
         spawnSync(process.execPath, [${JSON.stringify(script('ended.js'))}]);
         const started = ${JSON.stringify(['downloadProcess.js', 'imageProcess.js'].map(script))}.map((file) => {
           const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
           return new Promise((resolve) => child.stdout.once('data', resolve));
         });
         Promise.all(started).then(() => process.stdout.write('done'));
         process.stdin.resume().once('end', () => process.exit());`,
      );
      const commands = [
        [script('worker.js')],
        ['-e', busy(500), script('embedded/temporal.db')],
        ['-e', busy(600), script('embedded/standin/mongodb.h2')],
        ['-e', busy(700), '/of/another/embedded/temporal.db'],
      ];
      const none: Installation = { folder, pidsOf: () => [] };
      const before = cpuTimesOf(none);
      const times = await withProcesses(commands, ([worker = 0]) =>
        cpuTimesOf({ folder, pidsOf: (name) => (name === 'worker' ? [worker] : []) }),
      );
      const { worker, ...others } = cpuBetween(before, times);
      expect(worker).toBeGreaterThan(0);
      expect(worker).toBeLessThan(0.9);
      expect(others.API).toBe(0);
      expect(others['download process']).toBeGreaterThanOrEqual(0.15);
      expect(others['image processes']).toBeGreaterThanOrEqual(1.1);
      expect(others.Temporal).toBeGreaterThanOrEqual(0.45);
      // If the process of the other folder were counted, it would be at least 1.2.
      expect(others.Temporal).toBeLessThan(1.1);
      expect(others.MongoDB).toBeGreaterThanOrEqual(0.55);
    });
  });
});
