import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildSettings {
  /** Path of the compiled script. */
  readonly script: string;
  readonly args?: readonly string[];
  /** The environment, whole: nothing of ours is added. */
  readonly env: NodeJS.ProcessEnv;
  /** Gets what the process prints to stderr: warnings of libraries about a picture, or its last words. */
  readonly onError: (line: string) => void;
}

/** Libraries print numbers and names that come from a picture. */
const MAX_LINE = 500;

/** Starts a script of ours in a process that we talk to by messages. */
export function forkScript({ script, args = [], env, onError }: ChildSettings): ChildProcess {
  // Not with our own arguments for Node: two processes cannot listen for the same debugger.
  const child = fork(script, args, {
    env,
    execArgv: [],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      onError(line.slice(0, MAX_LINE));
    });
  }
  return child;
}
