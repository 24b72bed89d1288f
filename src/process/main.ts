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

/** npm passes on the signals that it gets, except SIGKILL: what it has started stops when it is gone. */
export function stopWithNpm(): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, NPM_POLL_MS).unref();
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
