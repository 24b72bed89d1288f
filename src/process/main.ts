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

/** As long as `supervise` would wait. */
const ORPHAN_GRACE_MS = 30_000;

/**
 * Drains a process that another one started (see `supervise`) when that parent is gone, however it ended. Temporal
 * may be gone as well, so the drain has a time limit. Call this first: a parent that has already gone is not noticed.
 */
export function stopWithParent(): void {
  if (process.channel === undefined) return;
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), ORPHAN_GRACE_MS).unref();
  });
}

const NPM_POLL_MS = 500;

/** Stops this process when npm, which started it, is gone: npm forwards signals, but cannot forward SIGKILL. */
export function stopWithNpm(): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, NPM_POLL_MS).unref();
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
