import { DUE_FAILURES } from './checkRecords';
import { groupBy, type Evidence } from './evidence';
import type { Look } from './found';
import type { Observation } from './observations';
import { readLink } from './pictures';

type Undone = NonNullable<Look['undone']>[number];

/** Says why an image may not be undone in a finished round; `null`: it may. */
export type Judge = (image: Undone, round: number, state: string) => string | null;

/**
 * Holds each failure against what the origin answered in its round, so that no retry hides one that should not
 * have been.
 */
export function createJudge({ hits, repaired, observations }: Evidence): Judge {
  const byUrl = groupBy(hits, ({ url }) => url);
  const began = beginnings(observations);

  /** Whether the image was asked for in the round before its picture was there. */
  function wasNotThere({ _id, url }: Undone, round: number): boolean {
    const from = began.get(roundOf(_id, round)) ?? Number.POSITIVE_INFINITY;
    const until = repaired[readLink(url)?.sheet ?? ''] ?? Number.POSITIVE_INFINITY;
    return (byUrl.get(url) ?? []).some(({ at }) => at >= from && at <= until);
  }

  return (image, round, state) => {
    if (image.status === 'pending') return state === 'cancelled' ? null : 'no call cancelled it';
    if (image.round !== round && state !== 'cancelled') return 'the round passed it over';
    const kind = readLink(image.url)?.kind;
    if (kind === 'good') return 'it leads to a picture';
    if (!DUE_FAILURES.includes(image.error?.code ?? '')) return 'it fails for another reason';
    if (kind !== 'late') return null;
    return wasNotThere(image, image.round ?? round) ? null : 'its picture was there by then';
  };
}

const roundOf = (image: string, round: number) => `${image} ${round}`;

/** When each image was first taken up in each round. */
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
