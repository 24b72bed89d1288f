import { becomeDisposable } from '../src/process/disposable';

const NICENESS = 10;

/** Gives attackers and their hosts a low priority: what is measured is the service, not who gets the cores. */
export function becomeAttacker(): void {
  becomeDisposable(NICENESS);
}
