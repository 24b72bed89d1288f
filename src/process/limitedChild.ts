import { ProcessDied, type ExceededLimit } from '../errors';
import { forkScript, type ChildSettings } from './forkScript';
import { usageOf, type Usage } from './usage';

/** Limits of one piece of work. */
export interface WorkLimits {
  readonly cpuSeconds: number;
  /** Resident memory of the whole process. */
  readonly memoryBytes: number;
  readonly wallMs: number;
}

export interface LimitedChild {
  /**
   * Sends one piece of work and waits for the answer. Only one piece at a time.
   *
   * @throws ProcessDied; or the signal's reason at once when aborted: the process then has {@link ABORT_GRACE_MS} to
   * finish the work, and is killed after that
   */
  run(work: object, limits: WorkLimits, signal: AbortSignal): ChildRun;
  isAlive(): boolean;
  /** Whether the last piece of work was long enough to be watched, so that it may have left much memory. */
  hasWorkedLong(): boolean;
  /** What the process has used so far; nothing when it is gone. */
  usage(): Usage;
  kill(): void;
}

export interface ChildRun {
  readonly answer: Promise<unknown>;
  /** Resolves when the process does not work on this any more, because it has answered or is gone. */
  readonly ended: Promise<void>;
}

/** How often the usage of a working process is read. Memory grows by at most some 200 MB in between. */
const WATCH_MS = 50;

/** Most images take less. Starting another process costs more than the rest of such an image. */
const ABORT_GRACE_MS = 250;

/**
 * Starts a process for work that may have to be stopped by force: native code that computes cannot be interrupted in
 * any other way.
 */
export function startLimitedChild(settings: ChildSettings): LimitedChild {
  let ticks = 0;
  let death: string | null = null;
  let exceeded: ExceededLimit | null = null;
  let current: { answer: (message: unknown) => void; die: (how: string) => void } | null = null;

  const child = forkScript(settings, (how) => {
    death = how;
    current?.die(how);
  });
  child.on('message', (message) => current?.answer(message));

  function kill(): void {
    // Without a pid, Node would signal our own process group.
    if (child.pid !== undefined) child.kill('SIGKILL');
  }

  /** Kills the process when it exceeds a limit. @returns a function that ends the watch */
  function watch({ cpuSeconds, memoryBytes, wallMs }: WorkLimits): () => void {
    const pid = child.pid ?? 0;
    const started = performance.now();
    // Read at the first tick: most work has ended before, and costs no reading at all.
    let before: number | undefined;
    ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
      const usage = usageOf(pid);
      before ??= usage?.cpuSeconds ?? 0;
      if (usage !== null && usage.memoryBytes > memoryBytes) exceeded = 'memory';
      else if (usage !== null && usage.cpuSeconds - before > cpuSeconds) exceeded = 'cpu';
      else if (performance.now() - started > wallMs) exceeded = 'wall';
      if (exceeded !== null) kill();
    }, WATCH_MS);
    return () => {
      clearInterval(timer);
    };
  }

  return {
    run(work, limits, signal) {
      let endRun: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => {
        endRun = resolve;
      });
      const answer = new Promise<unknown>((resolve, reject) => {
        const endWatch = watch(limits);
        let grace: NodeJS.Timeout | undefined;
        const abort = () => {
          grace = setTimeout(kill, ABORT_GRACE_MS);
          reject(signal.reason as Error);
        };
        const end = () => {
          current = null;
          endWatch();
          clearTimeout(grace);
          signal.removeEventListener('abort', abort);
          endRun();
        };
        current = {
          answer(message) {
            end();
            resolve(message);
          },
          die(how) {
            end();
            reject(new ProcessDied(exceeded ?? 'crash', how));
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        if (death !== null) current.die(death);
        else {
          child.send(work, (error) => {
            if (error !== null) kill();
          });
        }
        if (signal.aborted) abort();
      });
      return { answer, ended };
    },

    hasWorkedLong: () => ticks > 0,
    isAlive: () => death === null && exceeded === null,
    usage: () => usageOf(child.pid ?? 0) ?? { cpuSeconds: 0, memoryBytes: 0 },

    kill,
  };
}
