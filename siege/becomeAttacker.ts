import { writeFileSync } from 'node:fs';
import { becomeDisposable } from '../src/process/disposable';

const NICENESS = 10;

/** Gives attackers and their hosts a low priority: what is measured is the service, not who gets the cores. */
export function becomeAttacker(): void {
  becomeDisposable(NICENESS);
  try {
    // Where sessions share the cores equally, a niceness counts only within a session (sched(7), autogroup).
    writeFileSync('/proc/self/autogroup', String(NICENESS));
  } catch {
    // The kernel has no groups, or this one may not be changed.
  }
}
