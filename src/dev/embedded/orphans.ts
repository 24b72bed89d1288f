import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Log } from '../../process/main';

const FILE = 'servers.json';
const GRACE_MS = 15_000;
const POLL_MS = 100;

/** Records which processes have the folder's databases open, in case this process is killed before them. */
export function rememberServers(folder: string) {
  const pids: Record<string, number> = {};
  const file = path.join(folder, FILE);

  return {
    remember: (name: string) => (pid: number) => {
      pids[name] = pid;
      writeFileSync(file, JSON.stringify(pids));
    },
    forget() {
      rmSync(file, { force: true });
    },
  };
}

/**
 * Ends servers that outlived an earlier start which was killed: they lock the databases. Only a process with our folder
 * on its command line is ended, since its process id may have been reused.
 */
export async function endOrphans(folder: string, log: Log): Promise<void> {
  for (const [name, pid] of Object.entries(readPids(path.join(folder, FILE)))) {
    if (!(await isOurs(pid, folder))) continue;
    log(`Ending the ${name} (process ${pid}) that outlived an earlier start`);
    signal(pid, 'SIGTERM');
    const deadline = Date.now() + GRACE_MS;
    while (await isOurs(pid, folder)) {
      if (Date.now() > deadline) signal(pid, 'SIGKILL');
      await sleep(POLL_MS);
    }
  }
}

function readPids(file: string): Record<string, number> {
  try {
    return z.record(z.string(), z.int().positive()).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // There is no file, or a crash cut it short.
    return {};
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // The process has ended in the meantime.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Whether the command line contains the folder or a path in it, but not a folder whose name begins with its name. */
function mentions(commandLine: string, folder: string): boolean {
  return `${commandLine.trimEnd()} `
    .split(folder)
    .slice(1)
    .some((rest) => /^[/\s]/.test(rest));
}

/** A zombie, which has ended but was not yet reaped by its parent, has an empty command line. */
async function isOurs(pid: number, folder: string): Promise<boolean> {
  try {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return mentions(commandLine.replaceAll('\0', ' '), folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}
