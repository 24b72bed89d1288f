import type { Disturbance } from './disturb';
import { groupBy } from './evidence';
import type { Observation } from './observations';

/** One time that an activity had an image in its hands. */
export interface Hold {
  readonly round: number;
  readonly pid: number;
  readonly from: number;
  readonly until: number;
  /** Its process ended before it, and may have recorded the image and not have said so. */
  readonly isCutOff: boolean;
}

/** By image. */
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

/** A download that is stopped together with its worker may end by its timeout: an attempt that failed. */
export function pausesOf(held: readonly Hold[], disturbances: readonly Disturbance[]): number {
  const pauses = disturbances.filter(({ how }) => how === 'pause');
  return held.flatMap(({ pid, from, until }) =>
    pauses.filter((pause) => pause.pid === pid && pause.from <= until && pause.until >= from),
  ).length;
}

/**
 * Whether a download may have come from an activity that took the image up before it was recorded, and of
 * which a kill or a pause had made another activity begin the same work.
 */
export function wasInFlight(
  held: readonly Hold[],
  recorded: number,
  at: number,
  disturbances: readonly Disturbance[],
): boolean {
  const ignorant = held.some(({ from, until }) => from <= recorded && until >= at);
  return ignorant && held.some((hold) => wasDisturbed(hold, at, disturbances));
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
