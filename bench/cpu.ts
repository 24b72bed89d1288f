import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

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

interface Times {
  /** User and system time of all its threads. */
  readonly own: number;
  /** The same of its children that have ended. */
  readonly ended: number;
}

/** Processes of one installation. */
export interface Installation {
  readonly folder: string;
  pidsOf(name: 'api' | 'worker'): readonly number[];
}

/** The kernel reports times in this unit whatever its own tick is (proc(5), `USER_HZ`). */
const TICKS_PER_SECOND = 100;

/** Reads the CPU times of a process; zeros when it is gone. */
export function timesOf(pid: number): Times {
  try {
    // The second field is the name of the program, which may contain spaces and brackets (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
    return {
      own: (user + system) / TICKS_PER_SECOND,
      ended: (endedUser + endedSystem) / TICKS_PER_SECOND,
    };
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
