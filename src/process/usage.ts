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

/**
 * Reads what a process has used so far. Reading `/proc` does not wait for a disk and takes some 35 µs.
 *
 * @returns `null` when the process is gone, or the system has no `/proc`
 */
export function usageOf(pid: number): Usage | null {
  try {
    // The second field is the name of the program, which may contain spaces and brackets (proc(5)).
    const stat = read(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 13);
    const ticks = Number(fields[11]) + Number(fields[12]);
    const status = read(`/proc/${pid}/status`);
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return { cpuSeconds: ticks / TICKS_PER_SECOND, memoryBytes: Number(resident ?? 0) * 1024 };
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
