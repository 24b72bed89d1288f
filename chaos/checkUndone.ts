import { EXPECTED_FAILURES } from './checkRecords';
import { groupBy, type Evidence } from './evidence';
import type { Snapshot } from './found';
import type { Observation } from './observations';
import { readLink } from './pictures';

type Undone = NonNullable<Snapshot['undone']>[number];

/** A worker gives an image up after it crashed this often while it worked on that image alone. */
const CRASH_BUDGET = 3;

/** Returns why an image should have succeeded in a finished round; `null` when it need not have. */
export type Judge = (image: Undone, round: number, state: string) => string | null;

/**
 * Compares each failure with the origin's answers in its round, so that no retry hides a failure that should not have
 * happened.
 */
export function createJudge({ hits, repaired, observations }: Evidence): Judge {
  const byUrl = groupBy(hits, ({ url }) => url);
  const began = beginnings(observations);
  const cutOffAlone = cutOffsAlone(observations);

  /** Whether the image was requested in this round before its picture became available. */
  function wasUnavailable({ _id, url }: Undone, round: number): boolean {
    const from = began.get(roundOf(_id, round)) ?? Number.POSITIVE_INFINITY;
    const until = repaired[readLink(url)?.sheet ?? ''] ?? Number.POSITIVE_INFINITY;
    return (byUrl.get(url) ?? []).some(({ at }) => at >= from && at <= until);
  }

  return (image, round, state) => {
    if (image.status === 'pending') return state === 'cancelled' ? null : 'no call cancelled it';
    if (image.round !== round && state !== 'cancelled') return 'the round skipped it';
    const kind = readLink(image.url)?.kind;
    if (image.error?.code === 'internal') {
      const cutOffs = cutOffAlone.get(roundOf(image._id, image.round ?? round)) ?? 0;
      if (cutOffs >= CRASH_BUDGET) return null;
    }
    if (kind === 'good') return 'it leads to a picture';
    if (!EXPECTED_FAILURES.includes(image.error?.code ?? '')) return 'the error code is wrong';
    if (kind !== 'late') return null;
    return wasUnavailable(image, image.round ?? round) ? null : 'its picture was available';
  };
}

const roundOf = (image: string, round: number) => `${image} ${round}`;

/** Returns when each image was begun first in each round. */
function beginnings(observations: readonly Observation[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const seen of observations) {
    if (seen.what !== 'began') continue;
    for (const image of seen.images) {
      const key = roundOf(image, seen.round);
      times.set(key, Math.min(seen.at, times.get(key) ?? seen.at));
    }
  }
  return times;
}

/** Counts for each image and round how often its worker was killed while it worked on that image alone. */
function cutOffsAlone(observations: readonly Observation[]): Map<string, number> {
  const ended = new Set(
    observations.flatMap((seen) => (seen.what === 'ended' ? [seen.execution] : [])),
  );
  const counts = new Map<string, number>();
  for (const seen of observations) {
    if (seen.what !== 'began' || seen.images.length !== 1 || ended.has(seen.execution)) continue;
    for (const image of seen.images) {
      const key = roundOf(image, seen.round);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}
