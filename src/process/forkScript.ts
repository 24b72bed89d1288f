import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildSettings {
  /** Path of the compiled script. */
  readonly script: string;
  readonly args?: readonly string[];
  /** The environment, whole: nothing of ours is added. */
  readonly env: NodeJS.ProcessEnv;
  /** Default: false. For a process that lowers its priority: see `becomeDisposable`. */
  readonly inOwnSession?: boolean;
  /** Gets what the process prints to stderr: warnings of libraries about a picture, or its last words. */
  readonly onError: (line: string) => void;
}

/** @param how `SIGSEGV`, `exit 1`, or why the process could not be started */
type OnEnd = (how: string) => void;

/** Libraries print numbers and names that come from a picture. */
const MAX_LINE = 500;

/** Starts a script of ours in a process that we talk to by messages. A broken channel ends it. */
export function forkScript(
  { script, args = [], env, inOwnSession = false, onError }: ChildSettings,
  onEnd: OnEnd,
): ChildProcess {
  // Not with our own arguments for Node: two processes cannot listen for the same debugger.
  const child = fork(script, args, {
    env,
    execArgv: [],
    detached: inOwnSession,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      onError(line.slice(0, MAX_LINE));
    });
  }
  child.once('exit', (code, signal) => {
    onEnd(signal ?? `exit ${code ?? '?'}`);
  });
  child.on('error', (error) => {
    // A process that could not be started has no pid, and never emits `exit`.
    if (child.pid === undefined) onEnd(error.message);
    else child.kill('SIGKILL');
  });
  return child;
}
