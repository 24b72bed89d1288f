import { groupBy, type Evidence, type Violations } from './evidence';
import { holdsOf, pausesOf, wasInFlight } from './holds';
import type { Observation } from './observations';

export interface DownloadsChecked {
  readonly violations: Violations;
  /** Downloads after the image was recorded, each in flight at a kill or pause. */
  readonly inFlight: number;
  /** Complete downloads beyond the first of each image, for any reason. */
  readonly repeats: number;
}

/**
 * Checks that no image is downloaded after it was recorded, except for downloads in flight at a kill or pause, and that
 * no image lost an attempt to a crash. A record that was not observed is a violation too: the harness is at fault.
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
      violations.push(
        `image ${_id} succeeded in round ${recorded.round} and was tried again (${url})`,
      );
    }
    if (status !== 'succeeded') continue;
    const held = holds.get(_id) ?? [];
    const now = held.filter((hold) => hold.round === round);
    const began = Math.min(...now.map(({ from }) => from));
    const own = (byUrl.get(url) ?? []).filter(({ at }) => at >= began);
    const most = 1 + own.filter(({ whole }) => !whole).length + pausesOf(now, disturbances);
    if (attempts > most) {
      violations.push(`image ${_id} has ${attempts} attempts, at most ${most} ended (${url})`);
    }
    repeats += Math.max(own.filter(({ whole }) => whole).length - 1, 0);
    if (recorded === undefined && !now.some(({ isCutOff }) => isCutOff)) {
      violations.push(`image ${_id} was recorded, but not observed (${url})`);
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

/** Returns when, and in which round, each image was first recorded. */
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
