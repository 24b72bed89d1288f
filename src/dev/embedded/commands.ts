import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../../process/main';

/** Finds a program on PATH; `null` when it is not there. */
export function findOnPath(program: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((dir) => dir !== '');
  const candidates = folders.map((folder) => path.join(folder, program));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    // Folders may have the permission too; for them it means that they can be entered.
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A long installation logs a line this often. */
const PROGRESS_MS = 15_000;

/**
 * Runs a command to its end.
 *
 * @param what names the command in log lines
 * @throws Error with the last part of its output when it fails
 */
export async function runToEnd(
  what: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<void> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let output = '';
  const timer = setInterval(() => {
    log(`${what} … ${seconds()} s`);
  }, PROGRESS_MS);
  let running: ChildProcess | undefined;
  const killRunning = () => running?.kill();
  process.once('exit', killRunning);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(command, args, {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running = child;
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output = (output + text).slice(-2000);
        });
      }
      child.once('error', reject).once('close', resolve);
    });
    if (code !== 0) throw new Error(`${what} failed (exit ${code ?? 'by signal'}):\n${output}`);
    log(`${what}: done in ${seconds()} s`);
  } finally {
    clearInterval(timer);
    process.off('exit', killRunning);
  }
}
