import { fork } from 'node:child_process';
import path from 'node:path';

export interface Program {
  /** What it reported. */
  readonly report: unknown;
  stop(): void;
}

/** Starts a program of this folder in a process of its own, sends it its order, and waits for its report. */
export async function startProgram(script: string, order: object): Promise<Program> {
  const child = fork(path.join(__dirname, script));
  child.send(order);
  const report = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`${script} ended: ${signal ?? code ?? '?'}`));
    });
  });
  return { report, stop: () => child.kill() };
}
