import type { Disturbance } from './disturb';
import { groupBy, type Evidence, type Violations } from './evidence';
import type { Observation } from './observations';

export interface DownloadsChecked {
  readonly violations: Violations;
  /** Downloads of images that were recorded already, each in flight at a kill or pause. */
  readonly inFlight: number;
  /** Whole downloads beyond the first of each image, whatever the reason. */
  readonly repeats: number;
}

/** One time that an activity had an image in its hands. */
interface Hold {
  readonly round: number;
  readonly pid: number;
  readonly from: number;
  readonly until: number;
  /** Its process ended before it, and may have recorded the image and not have said so. */
  readonly isCutOff: boolean;
}

/**
 * No image is downloaded after it was recorded, except for those that were in flight at a kill; and none lost
 * an attempt to a crash. An image whose record nobody saw could not be judged: then the instruments are broken.
 */
export function checkDownloads(evidence: Evidence): DownloadsChecked {
  const { found, hits, observations, disturbances } = evidence;
  const records = recordsOf(observations);
  const holds = holdsOf(observations, disturbances);
  const byUrl = groupBy(hits, ({ url }) => url);
  const violations: Violations = [];
  let inFlight = 0;
  let repeats = 0;
  for (const { _id, url, status, attempts, round } of found.images) {
    const recorded = records.get(_id);
    if (recorded !== undefined && (status !== 'succeeded' || recorded.round !== round)) {
      violations.push(`image ${_id} was done in round ${recorded.round} and tried again (${url})`);
    }
    if (status !== 'succeeded') continue;
    const held = holds.get(_id) ?? [];
    const now = held.filter((hold) => hold.round === round);
    const began = Math.min(...now.map(({ from }) => from));
    const own = (byUrl.get(url) ?? []).filter(({ at }) => at >= began);
    const due = 1 + own.filter(({ whole }) => !whole).length + pausesOf(now, disturbances);
    if (attempts > due) {
      violations.push(
        `image ${_id} has ${attempts} attempts, at most ${due} came to an end (${url})`,
      );
    }
    repeats += Math.max(own.filter(({ whole }) => whole).length - 1, 0);
    if (recorded === undefined && !now.some(({ isCutOff }) => isCutOff)) {
      violations.push(`image ${_id} was recorded and nobody saw it (${url})`);
    }
    for (const { at } of own) {
      if (recorded === undefined || at <= recorded.at) continue;
      if (wasInFlight(held, recorded.at, at, disturbances)) {
        inFlight += 1;
      } else {
        const late = at - recorded.at;
        violations.push(`image ${_id} was downloaded ${late} ms after its record (${url})`);
      }
    }
  }
  return { violations, inFlight, repeats };
}

interface Recorded {
  readonly round: number;
  readonly at: number;
}

/** When each image is known to have been recorded first, in whatever round. */
function recordsOf(observations: readonly Observation[]): Map<string, Recorded> {
  const records = new Map<string, Recorded>();
  for (const seen of observations) {
    if (seen.what !== 'recorded') continue;
    for (const image of seen.images) {
      const known = records.get(image);
      if (known === undefined || seen.at < known.at) {
        records.set(image, { round: seen.round, at: seen.at });
      }
    }
  }
  return records;
}

function holdsOf(
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
function pausesOf(held: readonly Hold[], disturbances: readonly Disturbance[]): number {
  const pauses = disturbances.filter(({ how }) => how === 'pause');
  return held.flatMap(({ pid, from, until }) =>
    pauses.filter((pause) => pause.pid === pid && pause.from <= until && pause.until >= from),
  ).length;
}

/**
 * Whether a download may have come from an activity that took the image up before it was recorded, and of
 * which a kill or a pause had made another activity begin the same work.
 */
function wasInFlight(
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
