import type { Stage, Target, TargetKind } from './stage';

/** A kill or a pause, as it came to pass. */
export interface Disturbance {
  readonly target: TargetKind;
  readonly how: 'kill' | 'pause';
  readonly pid: number;
  readonly from: number;
  /** Of a kill the same moment. */
  until: number;
}

export interface Disturber {
  readonly all: Disturbance[];
  /** @returns false when there is no such process just now */
  kill(target: Target): boolean;
  /** Stops a process and lets it go on later. @returns false when there is no such process just now */
  pause(target: Target, ms: number): boolean;
  /** Lets everything go on at once, and does nothing more. */
  resume(): void;
}

/**
 * The embedded servers give a server up that dies again and again right after its start: they have to have
 * been up for this long before they are killed.
 */
const SETTLED_MS = 12_000;

export function createDisturber({ targets }: Pick<Stage, 'targets'>): Disturber {
  const all: Disturbance[] = [];
  const seen = new Map<number, number>();
  const paused = new Map<number, () => void>();
  const dead = new Set<number>();
  let over = false;

  // When each process was first seen: its age.
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
    if (over || pid === 0 || dead.has(pid) || (target.kind === 'temporal' && age < SETTLED_MS))
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
    // It has just died by itself, at a kill point.
    return false;
  }
}
