import type { Counts } from '../../contract/counts';

/** How many images were done at a time. */
export interface Sample {
  /** In milliseconds. */
  readonly at: number;
  readonly done: number;
}

/** The speed is measured over the last half minute: shorter jumps, longer hides that a host became slow. */
const WINDOW_MS = 30_000;

/** A speed from less than this is a guess. */
const LEAST_MS = 2_000;

export function doneOf({ succeeded, failed }: Counts): number {
  return succeeded + failed;
}

/** Adds a sample and drops those that are too old. A retry, which makes the number smaller, starts again. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.done < last.done) return [sample];
  return [...samples.slice(startOf(samples, sample.at)), sample];
}

/** @returns images a second in the last half minute; `null` when that is not known yet, 0 when none was done in all of it */
export function speedOf(samples: readonly Sample[], now: number): number | null {
  const first = samples[startOf(samples, now)];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || now - first.at < LEAST_MS) return null;
  // Without a change there are no samples: the number stayed the same up to the next sample, or up to now.
  const done = last.done - first.done;
  const span = Math.min(now - first.at, WINDOW_MS);
  return done === 0 && span < WINDOW_MS ? null : done / (span / 1000);
}

/** The last sample that is at least as old as the window, which tells the number at its beginning. */
function startOf(samples: readonly Sample[], now: number): number {
  return Math.max(
    samples.findLastIndex(({ at }) => at <= now - WINDOW_MS),
    0,
  );
}

/** @returns the seconds until all images are done, or `null` when that is unknown */
export function secondsLeft({ pending }: Counts, speed: number | null): number | null {
  return pending === 0 || speed === null || speed === 0 ? null : pending / speed;
}

export interface Finished {
  readonly counts: Counts;
  readonly round: number;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

/** @returns images a second over the whole request; `null` after a retry, whose images are not counted apart */
export function averageSpeed({ counts, round, started_at, finished_at }: Finished): number | null {
  if (round > 1 || started_at === null || finished_at === null) return null;
  const seconds = (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
  return seconds > 0 ? doneOf(counts) / seconds : null;
}
