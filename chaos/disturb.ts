import { isEmbedded, type Stage, type Target, type TargetKind } from './stage';

/** A kill or a pause that has happened. */
export interface Disturbance {
  readonly target: TargetKind;
  readonly how: 'kill' | 'pause';
  readonly pid: number;
  readonly from: number;
  /** For a kill, the same as `from`. */
  until: number;
}

export interface Disturber {
  readonly all: Disturbance[];
  /** Kills a process. @returns false when the process is not running at the moment */
  kill(target: Target): boolean;
  /** Stops a process and continues it later. @returns false when the process is not running at the moment */
  pause(target: Target, ms: number): boolean;
  /** Continues all paused processes at once. Later kills and pauses have no effect. */
  resume(): void;
}

/**
 * The supervisor does not restart an embedded server that keeps dying right after its start. A server is therefore
 * killed only after it has run for this long.
 */
const MIN_UPTIME_MS = 12_000;

export function createDisturber({ targets }: Pick<Stage, 'targets'>): Disturber {
  const all: Disturbance[] = [];
  const seen = new Map<number, number>();
  const paused = new Map<number, () => void>();
  const dead = new Set<number>();
  let over = false;

  // Records when each process was first seen, from which its age follows.
  const watch = setInterval(() => {
    for (const target of targets) note(target);
  }, 200);
  watch.unref();

  function note(target: Target): number {
    const pid = target.pid();
    if (!seen.has(pid)) seen.set(pid, Date.now());
    return pid;
  }

  function alive(target: Target): number | null {
    const pid = note(target);
    const age = Date.now() - (seen.get(pid) ?? 0);
    if (over || pid === 0 || dead.has(pid) || (isEmbedded(target) && age < MIN_UPTIME_MS))
      return null;
    return pid;
  }

  return {
    all,
    kill(target) {
      const pid = alive(target);
      if (pid === null || !signal(pid, 'SIGKILL')) return false;
      dead.add(pid);
      const now = Date.now();
      all.push({ target: target.kind, how: 'kill', pid, from: now, until: now });
      return true;
    },
    pause(target, ms) {
      const pid = alive(target);
      if (pid === null || paused.has(pid) || !signal(pid, 'SIGSTOP')) return false;
      const now = Date.now();
      const pause: Disturbance = {
        target: target.kind,
        how: 'pause',
        pid,
        from: now,
        until: now + ms,
      };
      all.push(pause);
      const goOn = () => {
        clearTimeout(timer);
        paused.delete(pid);
        pause.until = Date.now();
        if (!dead.has(pid)) signal(pid, 'SIGCONT');
      };
      const timer = setTimeout(goOn, ms);
      paused.set(pid, goOn);
      return true;
    },
    resume() {
      over = true;
      clearInterval(watch);
      for (const goOn of [...paused.values()]) goOn();
    },
  };
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    // The process has just killed itself at a kill point.
    return false;
  }
}
