import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import type { Log } from './main';

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Where its output is appended; otherwise it goes to our stderr. */
  readonly logFile?: string;
  /** Told of every new process, to be found again should we be killed. */
  readonly onSpawn?: (pid: number) => void;
  /** Started again after this pause however often it dies; otherwise pauses grow until it is given up. */
  readonly restartMs?: number;
}

export interface SupervisedProcess {
  /** SIGTERM, then SIGKILL after the grace; resolves when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL, for one that is past work; it is started again as after any other death. */
  kill(): void;
  /** Never resolves; rejects when the process dies again and again and has never been ready. */
  readonly crashLoop: Promise<never>;
  /** For whoever has seen it answer; our own processes say it themselves (`tellReady`). */
  markReady(): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** After one that lived so long, pauses begin anew. */
const SETTLED_MS = 10_000;
/** Of one that has never been ready: so many show that it will never be. */
const QUICK_DEATHS = 5;
/** Longer than our processes take to drain. */
const GRACE_MS = 30_000;

/**
 * Runs a process and starts it again when it dies. It has a process group of its own, so that Ctrl-C
 * reaches us alone and we stop things in order.
 */
export function supervise(spec: ProcessSpec, log: Log): SupervisedProcess {
  const { name } = spec;
  let child: ChildProcess | null = null;
  let stopping = false;
  let quickDeaths = 0;
  let hasBeenReady = false;
  let restart: NodeJS.Timeout | undefined;
  let giveUp: (error: Error) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  // Whoever does not wait for it is not to be ended by it.
  givenUp.catch(() => undefined);

  /** One that was ready may die of its work, as over poison images, however soon and often: that passes. */
  function markReady(): void {
    hasBeenReady = true;
  }

  function start(): void {
    const started = Date.now();
    const current = launch(spec);
    child = current;
    current.once('message', markReady);
    let over = false;
    const ended = (how: string) => {
      if (over) return;
      over = true;
      child = null;
      if (stopping) return;
      quickDeaths = Date.now() - started < SETTLED_MS ? quickDeaths + 1 : 1;
      const where = spec.logFile === undefined ? 'its last lines are above' : `see ${spec.logFile}`;
      if (spec.restartMs === undefined && !hasBeenReady && quickDeaths >= QUICK_DEATHS) {
        giveUp(new Error(`The ${name} keeps dying right after its start (${how}); ${where}`));
        return;
      }
      const growing = Math.min(FIRST_PAUSE_MS * 2 ** (quickDeaths - 1), LONGEST_PAUSE_MS);
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
    crashLoop: givenUp,
    markReady,
    kill() {
      if (child !== null) send(child, 'SIGKILL');
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      const current = child;
      if (current === null) return;
      // A program that cannot be started never exits: it has an error instead.
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
  // Over the channel our own processes say that they are ready (`tellReady`); it closes when we die, by
  // which they know (`stopWithParent`).
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
  // Without a pid Node would send it to our own process group: kill(0).
  if (child.pid !== undefined) child.kill(signal);
}
