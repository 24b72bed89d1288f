import type { Disturbance } from './disturb';
import { groupBy } from './evidence';
import type { Observation } from './observations';

/** The time during which one execution of an activity held an image. */
export interface Hold {
  readonly round: number;
  readonly pid: number;
  readonly from: number;
  readonly until: number;
  /** The process died before the activity ended. It may have recorded the image without an observation of it. */
  readonly isCutOff: boolean;
}

/** Returns the holds of each image. */
export function holdsOf(
  observations: readonly Observation[],
  disturbances: readonly Disturbance[],
): Map<string, Hold[]> {
  const kills = disturbances.filter(({ how }) => how === 'kill');
  const deaths = new Map(kills.map(({ pid, from }) => [pid, from]));
  const ends = new Map<string, number>();
  for (const seen of observations) if (seen.what === 'ended') ends.set(seen.execution, seen.at);
  const holds = observations.flatMap((seen) =>
    seen.what === 'began'
      ? seen.images.map((image) => ({
          image,
          round: seen.round,
          pid: seen.pid,
          from: seen.at,
          until: ends.get(seen.execution) ?? deaths.get(seen.pid) ?? Number.POSITIVE_INFINITY,
          isCutOff: !ends.has(seen.execution),
        }))
      : [],
  );
  return groupBy(holds, ({ image }) => image);
}

/** Counts the pauses during the holds. A download that is paused with its worker may time out: a failed attempt. */
export function pausesOf(held: readonly Hold[], disturbances: readonly Disturbance[]): number {
  const pauses = disturbances.filter(({ how }) => how === 'pause');
  return held.flatMap(({ pid, from, until }) =>
    pauses.filter((pause) => pause.pid === pid && pause.from <= until && pause.until >= from),
  ).length;
}

/**
 * Whether a download may come from an activity that began the image before it was recorded, after a kill or a pause made
 * a second activity do the same work.
 */
export function wasInFlight(
  held: readonly Hold[],
  recorded: number,
  at: number,
  disturbances: readonly Disturbance[],
): boolean {
  const overlaps = held.some(({ from, until }) => from <= recorded && until >= at);
  return overlaps && held.some((hold) => wasDisturbed(hold, at, disturbances));
}

function wasDisturbed(hold: Hold, before: number, disturbances: readonly Disturbance[]): boolean {
  return disturbances.some(
    ({ target, pid, from, until }) =>
      (pid === hold.pid || target === 'temporal') &&
      from < before &&
      from <= hold.until &&
      until >= hold.from,
  );
}
