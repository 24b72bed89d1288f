import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Log } from '../../process/main';

const FILE = 'servers.json';
const GRACE_MS = 15_000;
const POLL_MS = 100;

/** Notes which processes have the folder's databases open, should this one be killed before them. */
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
 * Ends servers that an earlier start left behind when it was killed: they hold the databases. Only what
 * still has our folder on its command line is ended; a process id may belong to another process by now.
 */
export async function endOrphans(folder: string, log: Log): Promise<void> {
  for (const [name, pid] of Object.entries(readPids(path.join(folder, FILE)))) {
    if (!(await isOurs(pid, folder))) continue;
    log(`Ending the ${name} (process ${pid}) that a killed start left behind`);
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
    // None was written, or a crash cut it short: there is nothing to go by.
    return {};
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself in the meantime.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The folder or what lies in it; not one whose name only begins alike. */
function mentions(commandLine: string, folder: string): boolean {
  return `${commandLine.trimEnd()} `
    .split(folder)
    .slice(1)
    .some((rest) => /^[/\s]/.test(rest));
}

/** Of a process that has ended, and waits for its parent to notice, the command line is empty. */
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
