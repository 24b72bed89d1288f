import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cpuSecondsOf, type CpuSeconds } from '../src/process/usage';

export const ROLES = [
  'worker',
  'download process',
  'image processes',
  'API',
  'Temporal',
  'MongoDB',
] as const;
export type Role = (typeof ROLES)[number];

/** CPU seconds of each role since its processes started. */
export type CpuTimes = Readonly<Record<Role, number>>;

/** Processes of one installation. */
export interface Installation {
  readonly folder: string;
  pidsOf(name: 'api' | 'worker'): readonly number[];
}

/** Reads the CPU times of a process; zeros when it is gone. */
export function timesOf(pid: number): CpuSeconds {
  try {
    return cpuSecondsOf(pid);
  } catch {
    return { own: 0, ended: 0 };
  }
}

/** Reads the CPU times of all processes of an installation, with those of their children. */
export function cpuTimesOf(installation: Installation): CpuTimes {
  const times = Object.fromEntries(ROLES.map((role) => [role, 0])) as Record<Role, number>;
  const add = (role: Role, pid: number) => {
    const { own, ended } = timesOf(pid);
    times[role] += own;
    // A worker ends and replaces its image processes.
    times[role === 'worker' ? 'image processes' : role] += ended;
    for (const child of childrenOf(pid)) {
      add(argumentsOf(child).some(isDownloadProcess) ? 'download process' : childRole(role), child);
    }
  };
  for (const pid of installation.pidsOf('api')) add('API', pid);
  for (const pid of installation.pidsOf('worker')) add('worker', pid);
  for (const pid of childrenOf(process.pid)) {
    const role = serverRole(installation, pid);
    if (role !== null) add(role, pid);
  }
  return times;
}

export function cpuBetween(before: CpuTimes, after: CpuTimes): CpuTimes {
  return Object.fromEntries(
    ROLES.map((role) => [role, after[role] - before[role]]),
  ) as unknown as CpuTimes;
}

export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1')
        .split(' ')
        .filter((child) => child !== '')
        .map(Number),
    );
  } catch {
    // It has just died.
    return [];
  }
}

/** Returns the program and the arguments of a process; none when it is gone. */
export function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

const isDownloadProcess = (argument: string) => argument.endsWith('downloadProcess.js');
const childRole = (role: Role) => (role === 'worker' ? 'image processes' : role);

/** Embedded servers have the path of their data, which is in the folder, among their arguments. */
function serverRole({ folder }: Installation, pid: number): Role | null {
  const own = argumentsOf(pid).filter((argument) => argument.startsWith(folder + path.sep));
  if (own.some((argument) => argument.endsWith('temporal.db'))) return 'Temporal';
  return own.some((argument) => /[/\\](mongod|standin)\b/.test(argument)) ? 'MongoDB' : null;
}
