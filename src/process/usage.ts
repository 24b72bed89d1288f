import { closeSync, openSync, readSync } from 'node:fs';

export interface Usage {
  /** User and system time of all threads since the start of the process. */
  readonly cpuSeconds: number;
  /** Resident memory. */
  readonly memoryBytes: number;
}

/** The kernel reports times in this unit whatever its own tick is (proc(5), `USER_HZ`). */
const TICKS_PER_SECOND = 100;

/** More than either file has. It is shared by all calls, since a process that works is looked at twenty times a second. */
const CONTENT = Buffer.allocUnsafeSlow(2 ** 16);

export interface CpuSeconds {
  /** User and system time of all threads of the process. */
  readonly own: number;
  /** The same of its children that have ended, and were waited for. */
  readonly ended: number;
}

/** Reads the CPU time of a process since its start. @throws when it is gone, or the system has no `/proc` */
export function cpuSecondsOf(pid: number): CpuSeconds {
  // The second field is the name of the program, which may contain spaces and brackets (proc(5)).
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 15);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11).map(Number);
  return {
    own: (user + system) / TICKS_PER_SECOND,
    ended: (endedUser + endedSystem) / TICKS_PER_SECOND,
  };
}

/**
 * Reads what a process has used so far. Reading `/proc` does not wait for a disk and takes some 35 µs.
 *
 * @returns `null` when the process is gone, or the system has no `/proc`
 */
export function usageOf(pid: number): Usage | null {
  try {
    const { own: cpuSeconds } = cpuSecondsOf(pid);
    const status = read(`/proc/${pid}/status`);
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return { cpuSeconds, memoryBytes: Number(resident ?? 0) * 1024 };
  } catch {
    return null;
  }
}

/** Takes half the time of `readFileSync`, which asks for the size first and reads until nothing follows. */
function read(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    return CONTENT.toString('latin1', 0, readSync(descriptor, CONTENT));
  } finally {
    closeSync(descriptor);
  }
}
