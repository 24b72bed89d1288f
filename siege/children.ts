import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';

/** Starts a program of this folder in a session of its own, and waits for its first message (see `becomeAttacker`). */
export function startChild(script: string): { child: ChildProcess; message: Promise<unknown> } {
  const child = fork(path.join(__dirname, script), {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const message = new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`${script} ended: ${signal ?? code ?? '?'}`));
    });
  });
  // Awaited later: until then a rejection must not be unhandled.
  message.catch(() => undefined);
  return { child, message };
}
