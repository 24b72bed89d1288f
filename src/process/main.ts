import { ignoreBrokenPipes } from './output';

/** How every entry point runs: its promise decides the exit code, and a failure is said in plain words. */
export function runMain(main: () => Promise<void>): void {
  ignoreBrokenPipes();
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      process.exit(1);
    },
  );
}

/** Progress for a person, a line at a time. */
export type Log = (line: string) => void;

/** For people; stdout belongs to what a command is asked for. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * A process of ours that was started by another (see `supervise`) drains when that one is gone, however it
 * ended: nothing else would stop it.
 */
export function stopWithParent(): void {
  if (process.channel === undefined) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}

/** Tells the process that started this one (see `supervise`) that it has come to where it can work. */
export function tellReady(): void {
  process.send?.('ready');
}

/** One Ctrl-C arrives twice under npm: from the terminal, and passed on by npm. A person is slower. */
const ECHO_MS = 1_500;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP (the terminal is closed). A later SIGINT or SIGTERM ends the
 * process at once, for the impatient; to close the terminal meanwhile is none of that.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  let first: number | undefined;
  return new Promise((resolve) => {
    process.on('SIGHUP', resolve);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        first ??= performance.now();
        resolve(signal);
        if (performance.now() - first > ECHO_MS) process.exit(1);
      });
    }
  });
}
