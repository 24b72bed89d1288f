import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { VARIABLES } from '../../src/config';

/** Our entry points, run as people run them: each as a process of its own, which starts others. */

const run = promisify(execFile);
const ROOT = path.join(__dirname, '..', '..');
const POLL_MS = 50;
/** Longer than everything takes to stop, shorter than a test may last. */
const GRACE_MS = 20_000;

export interface Command {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Resolves when the text is in its output. @throws Error when it ends before */
  says(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** As when `tee` or a terminal is gone: what it writes from now on fails. */
  stopReading(): void;
  /** What a person types; heard only by a command that was started at a terminal. */
  type(text: string): void;
  /** Its own id, and those of the processes below it. */
  family(): Promise<number[]>;
}

const running = new Map<Command, Set<number>>();

/**
 * @param env beside our own environment, less the variables of the service: a developer's shell may have some
 * @param root where the built package is; another is another release
 */
export function startCommand(
  name: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[] = [],
  root = ROOT,
): Command {
  return launch(name, [process.execPath, entryPoint(name, root), ...args], env, root);
}

/** As the README has it run. */
export function startByNpm(name: string, env: NodeJS.ProcessEnv): Command {
  return launch(name, ['npm', 'run', '--silent', name], env, ROOT);
}

/** As a person runs it: `script` gives it a terminal, whose whole output is its stdout. */
export function startAtTerminal(
  name: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
): Command {
  const line = [process.execPath, entryPoint(name, ROOT), ...args].join(' ');
  return launch(name, ['script', '-qec', line, '/dev/null'], env, ROOT);
}

const entryPoint = (name: string, root: string) =>
  path.join(root, 'dist', 'src', 'bin', `${name}.js`);

function launch(
  name: string,
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Command {
  const foreign = new Set([...VARIABLES, 'TEMPORAL_ADDRESS', 'INIT_CWD']);
  const own = Object.entries(process.env).filter(([variable]) => !foreign.has(variable));
  const child = spawn(program, args, { cwd, env: { ...Object.fromEntries(own), ...env } });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  let over = false;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject).once('exit', (code, signal) => {
      over = true;
      resolve(signal ?? code);
    });
  });
  const pid = child.pid ?? 0;
  const seen = new Set([pid]);
  const command: Command = {
    pid,
    ended,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    async says(text) {
      while (!`${output.stdout}${output.stderr}`.includes(text)) {
        if (over) throw new Error(`${name} ended before it said "${text}":\n${output.stderr}`);
        await sleep(POLL_MS);
      }
    },
    kill: (signal) => child.kill(signal),
    stopReading() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    type: (text) => child.stdin.write(text),
    async family() {
      const pids = await below(pid);
      for (const one of pids) seen.add(one);
      return pids;
    },
  };
  running.set(command, seen);
  return command;
}

/** For `afterEach` and `afterAll`: nothing that a test started outlives it, also when it failed. */
export async function endCommands(): Promise<void> {
  await Promise.all(
    [...running].map(async ([command, seen]) => {
      running.delete(command);
      await command.family();
      command.kill('SIGTERM');
      await Promise.race([command.ended, sleep(GRACE_MS, undefined, { ref: false })]);
      for (const pid of await alive([...seen])) process.kill(pid, 'SIGKILL');
      await command.ended;
    }),
  );
}

/** Those of the processes that still run. */
export async function alive(pids: readonly number[]): Promise<number[]> {
  const processes = new Set((await listProcesses()).map(({ pid }) => pid));
  return pids.filter((pid) => processes.has(pid));
}

export async function childrenOf(pid: number): Promise<number[]> {
  return childrenIn(await listProcesses(), pid);
}

async function below(root: number): Promise<number[]> {
  const processes = await listProcesses();
  const family = processes.filter(({ pid }) => pid === root).map(({ pid }) => pid);
  // The list grows while it is read: children are looked for in their turn.
  for (const parent of family) family.push(...childrenIn(processes, parent));
  return family;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
}

const childrenIn = (processes: readonly Process[], parent: number) =>
  processes.filter((one) => one.parent === parent).map(({ pid }) => pid);

/** Zombies are left out: they have ended, and wait for their parent to notice. */
async function listProcesses(): Promise<Process[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => state?.startsWith('Z') === false)
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}
