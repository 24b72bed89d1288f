import { ignoreBrokenPipes } from './output';

/** Runs an entry point. Exits with 0 when `main` resolves; otherwise prints the error message and exits with 1. */
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

/** Prints one line of progress. */
export type Log = (line: string) => void;

/** Prints a line for people to stderr. stdout is for the output of a command. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Drains a process that `supervise` started when its parent is gone, for whatever reason. Nothing else would stop it.
 */
export function stopWithParent(): void {
  if (process.channel === undefined) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}

/** Notifies the process that started this one (see `supervise`) that this one is ready. */
export function tellReady(): void {
  process.send?.('ready');
}

/** Under npm, one Ctrl-C arrives twice: from the terminal, and forwarded by npm. Within this time, they count as one. */
const DUPLICATE_MS = 1_500;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP (closed terminal). A later SIGINT or SIGTERM exits immediately; a
 * later SIGHUP does not.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  let first: number | undefined;
  return new Promise((resolve) => {
    process.on('SIGHUP', resolve);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        first ??= performance.now();
        resolve(signal);
        if (performance.now() - first > DUPLICATE_MS) process.exit(1);
      });
    }
  });
}
