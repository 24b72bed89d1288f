import { spawnSync } from 'node:child_process';
import { findOnPath } from './commands';

interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** At SIGTERM a server stops in order and closes its files. */
const SIGNAL = 'TERM';

/**
 * Makes Linux end a program when this process ends, even by SIGKILL, after which it cannot stop its children itself.
 * `setpriv` requests the signal and then executes the program under the same process id. Where `setpriv` is missing, or
 * does not know the option (old versions, BusyBox), the program outlives this process: see orphans.ts.
 *
 * The kernel sends the signal when the thread that started the program ends. Here that is the main thread.
 *
 * @see https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
 */
export function withParentDeathSignal({ command, args }: Program): Program {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : null;
  if (setpriv === null) return { command, args };
  const prefix = ['--pdeathsig', SIGNAL, '--'];
  const isSupported = spawnSync(setpriv, [...prefix, setpriv, '--version']).status === 0;
  return isSupported
    ? { command: setpriv, args: [...prefix, command, ...args] }
    : { command, args };
}
