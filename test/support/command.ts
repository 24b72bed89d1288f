import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { VARIABLES } from '../../src/config';

/** Runs our entry points as users do: each as a separate process, which may start others. */

const run = promisify(execFile);
const ROOT = path.join(__dirname, '..', '..');
const POLL_MS = 50;
/** Longer than any command takes to stop, shorter than the timeout of a test. */
const GRACE_MS = 20_000;

export interface Command {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves to the exit code, or to the signal that ended the command. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Resolves when the output contains the text. @throws Error when the command ends first */
  says(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Closes the output, as when `tee` or a terminal ends: later writes of the command fail. */
  stopReading(): void;
  /** Types text. Only a command that was started at a terminal receives it. */
  type(text: string): void;
  /** Returns the process ids of the command and of all its descendants. */
  family(): Promise<number[]>;
}

const running = new Map<Command, Set<number>>();

/**
 * @param env added to our environment, without variables of the service that a developer's shell may have
 * @param root the folder of the built package, or of another release of it
 */
export function startCommand(
  name: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[] = [],
  root = ROOT,
): Command {
  return launch(name, [process.execPath, entryPoint(name, root), ...args], env, root);
}

/** Starts a command as the README shows. */
export function startByNpm(name: string, env: NodeJS.ProcessEnv): Command {
  return launch(name, ['npm', 'run', '--silent', name], env, ROOT);
}

/** Starts a command at a terminal, which `script` provides. All output of the terminal is in stdout. */
export function startAtTerminal(
  name: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
): Command {
  const line = [process.execPath, entryPoint(name, ROOT), ...args].join(' ');
  return launch(name, ['script', '-qec', line, '/dev/null'], env, ROOT);
}

/** Starts any program, such as an example or the client's command. */
export function startProgram(
  line: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = ROOT,
): Command {
  return launch(line.join(' '), line, env, cwd);
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
  let hasEnded = false;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject).once('exit', (code, signal) => {
      hasEnded = true;
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
        if (hasEnded)
          throw new Error(`${name} ended before it printed "${text}":\n${output.stderr}`);
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

/** Ends everything that a test has started, even when it failed. For `afterEach` and `afterAll`. */
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

/** Returns those of the processes that are still running. */
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
  // The list grows during the iteration, so that children of children are found too.
  for (const parent of family) family.push(...childrenIn(processes, parent));
  return family;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
}

const childrenIn = (processes: readonly Process[], parent: number) =>
  processes.filter((one) => one.parent === parent).map(({ pid }) => pid);

/** Lists processes without zombies, which have ended and wait for their parent to read their status. */
async function listProcesses(): Promise<Process[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => state?.startsWith('Z') === false)
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}
