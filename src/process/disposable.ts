import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Prepares a process that its parent feeds and may kill at any time. Call it first: threads that are created later
 * inherit the priority.
 *
 * @param niceness 0 to 19 (nice(1)); 0 leaves it as it is. It lowers the whole session, so start the process in a session
 *   of its own (`inOwnSession` of `forkScript`)
 */
export function becomeDisposable(niceness = 0): void {
  if (niceness > 0) lowerPriority(niceness);
  // The parent stops us. Ctrl-C reaches all processes of a terminal, and would stop the work that the parent drains.
  process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
  // Not `process.exit`, which waits for threads of the library that may never end.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  try {
    // When memory is exhausted, the kernel ends this process first (proc_pid_oom_score_adj(5)).
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux, or /proc is read-only: the kernel chooses by size.
  }
}

function lowerPriority(niceness: number): void {
  setPriority(niceness);
  try {
    // Where sessions share the cores equally, a niceness counts only within a session (sched(7), autogroup).
    writeFileSync('/proc/self/autogroup', String(niceness));
  } catch {
    // The kernel has no groups, or this one may not be changed.
  }
}
