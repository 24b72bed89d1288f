import { spawnSync } from 'node:child_process';
import { findOnPath } from './commands';

interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** A server gets it as from a person, and closes its files. */
const SIGNAL = 'TERM';

/**
 * Has Linux end a program when this process is gone, however it ended: SIGKILL leaves it no time to stop anything.
 * `setpriv` asks for the signal and then becomes the program, under the same process id. Where it is missing, or too
 * old or too small a one (BusyBox) to know the option, the program outlives us: see orphans.ts.
 *
 * The signal comes when the thread that started the program ends. Ours is the main thread.
 *
 * @see https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
 */
export function endingWithUs({ command, args }: Program): Program {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : null;
  if (setpriv === null) return { command, args };
  const prefix = ['--pdeathsig', SIGNAL, '--'];
  const isAble = spawnSync(setpriv, [...prefix, setpriv, '--version']).status === 0;
  return isAble ? { command: setpriv, args: [...prefix, command, ...args] } : { command, args };
}
