import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import type { Log } from './main';

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The file to which its output is appended; by default it goes to our stderr. */
  readonly logFile?: string;
  /** Called for every new process, so that it can be found again if we are killed. */
  readonly onSpawn?: (pid: number) => void;
  /** Always restart after this pause. By default pauses grow, and a crash loop ends the restarts. */
  readonly restartMs?: number;
}

export interface SupervisedProcess {
  /** Sends SIGTERM, and SIGKILL after the grace period. Resolves when the process is gone. */
  stop(): Promise<void>;
  /** Sends SIGKILL to a process that hangs. It is restarted as after any other death. */
  kill(): void;
  /** Never resolves. Rejects when the process dies repeatedly without ever having been ready. */
  readonly crashLoop: Promise<never>;
  /** Call it when the process has answered. Our own processes report it themselves (`tellReady`). */
  markReady(): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** After a process has lived this long, pauses start again at the first one. */
const STABLE_MS = 10_000;
/** A process that was never ready and dies this often in a row is in a crash loop. */
const MAX_EARLY_DEATHS = 5;
/** Longer than our processes take to drain. */
const GRACE_MS = 30_000;

/**
 * Runs a process, and restarts it when it dies. It has its own process group, so that Ctrl-C reaches only us, and we
 * stop processes in order.
 */
export function supervise(spec: ProcessSpec, log: Log): SupervisedProcess {
  const { name } = spec;
  let child: ChildProcess | null = null;
  let stopping = false;
  let earlyDeaths = 0;
  let hasBeenReady = false;
  let restart: NodeJS.Timeout | undefined;
  let rejectCrashLoop: (error: Error) => void = () => undefined;
  const crashLoop = new Promise<never>((_, reject) => {
    rejectCrashLoop = reject;
  });
  // Without a handler, the rejection would end our process.
  crashLoop.catch(() => undefined);

  /** A process that was ready may still die often and early, for example from poison images. Then it recovers. */
  function markReady(): void {
    hasBeenReady = true;
  }

  function start(): void {
    const started = Date.now();
    const current = launch(spec);
    child = current;
    current.once('message', markReady);
    let hasEnded = false;
    const ended = (how: string) => {
      if (hasEnded) return;
      hasEnded = true;
      child = null;
      if (stopping) return;
      earlyDeaths = Date.now() - started < STABLE_MS ? earlyDeaths + 1 : 1;
      const where = spec.logFile === undefined ? 'its last lines are above' : `see ${spec.logFile}`;
      if (spec.restartMs === undefined && !hasBeenReady && earlyDeaths >= MAX_EARLY_DEATHS) {
        rejectCrashLoop(
          new Error(`The ${name} keeps dying right after its start (${how}); ${where}`),
        );
        return;
      }
      const growing = Math.min(FIRST_PAUSE_MS * 2 ** (earlyDeaths - 1), LONGEST_PAUSE_MS);
      const pause = spec.restartMs ?? growing;
      log(`The ${name} died (${how}) and is started again in ${pause} ms; ${where}`);
      restart = setTimeout(start, pause);
    };
    current.once('error', (error) => {
      ended(error.message);
    });
    current.once('exit', (code, signal) => {
      ended(signal ?? `exit ${code ?? '?'}`);
    });
  }

  start();
  return {
    crashLoop,
    markReady,
    kill() {
      if (child !== null) send(child, 'SIGKILL');
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      const current = child;
      if (current === null) return;
      // A program that cannot be started emits `error`, and never `exit`.
      const gone = new Promise((resolve) => current.once('exit', resolve).once('error', resolve));
      send(current, 'SIGTERM');
      const kill = setTimeout(() => {
        send(current, 'SIGKILL');
      }, GRACE_MS);
      await gone;
      clearTimeout(kill);
    },
  };
}

function launch({ command, args, env, logFile, onSpawn }: ProcessSpec): ChildProcess {
  const output = logFile === undefined ? 2 : openSync(logFile, 'a');
  // Over this channel, our own processes report that they are ready (`tellReady`). It closes when we die, which
  // stops them (`stopWithParent`).
  const child = spawn(command, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output, ...(command === process.execPath ? (['ipc'] as const) : [])],
  });
  if (output !== 2) closeSync(output);
  if (child.pid !== undefined) onSpawn?.(child.pid);
  return child;
}

function send(child: ChildProcess, signal: NodeJS.Signals): void {
  // Without a pid, Node would signal our own process group: kill(0).
  if (child.pid !== undefined) child.kill(signal);
}
