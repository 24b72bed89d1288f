import { adviceFor, OTHER_FAILURES } from '../../contract/advice';
import type { FailureGroup, Failures } from '../../contract/http/failures';
import { isFinished } from '../../contract/statuses';
import { withoutCredentials } from '../../contract/webUrl';
import { createCache } from '../cache';
import type { Records } from '../records/open';
import type { RequestRecord } from '../records/types';
import { findVisible } from './find';
import { hostOf, recordedRowsOf } from './images';

export interface FailuresDeps {
  readonly records: Pick<Records, 'requests' | 'rows' | 'images'>;
}

/** Groups in an answer, besides the one with all others. */
const MAX_GROUPS = 100;

/** Groups in memory. Above it the rarest half is counted as other failures: links may name any number of hosts. */
const MAX_COUNTED = 2_000;

/**
 * Callers within this time share one reading of the images. It may take long: 100,000 took 18 s with the stand-in for
 * MongoDB. Those of a finished round do not change.
 */
const KEPT_MS = { running: 5_000, finished: 60_000 };

type Counted = Omit<FailureGroup, 'advice'>;

/** Creates the function that groups the failures of a request. @throws Refusal `not_found` */
export function createFailures({ records }: FailuresDeps) {
  const running = createCache<Failures>({ keptMs: KEPT_MS.running });
  const finished = createCache<Failures>({ keptMs: KEPT_MS.finished });

  return async (requestId: string): Promise<Failures> => {
    const request = await findVisible(records, requestId);
    const { state, round, counts } = request;
    if (isFinished(state) && counts.failed === 0) return { groups: [] };
    const cache = isFinished(state) ? finished : running;
    return cache(`${requestId} ${round} ${state}`, () => groupFailures(records, request));
  };
}

/** Reads all images and, if there are bad rows, all rows of the request by key: a batch at a time, one after another. */
async function groupFailures(
  { rows, images }: FailuresDeps['records'],
  request: RequestRecord,
): Promise<Failures> {
  const { _id: requestId, lanes, bad_rows } = request;
  const tally = createTally();
  for await (const batch of images.failed(requestId, lanes)) {
    for (const { url, places, error } of batch) {
      const { code, message } = error ?? { code: 'internal', message: 'No error was recorded' };
      tally.add({ code, host: hostOf(url), count: places, message, example_url: url });
    }
  }
  let left = bad_rows;
  for await (const batch of rows.bad(requestId, left > 0 ? recordedRowsOf(request) : 0)) {
    for (const { error } of batch) {
      tally.add({ ...error, host: null, count: 1, example_url: null });
    }
    left -= batch.length;
    if (left <= 0) break;
  }
  return { groups: tally.groups().map(shown) };
}

function shown({ example_url: url, ...group }: Counted): FailureGroup {
  const example_url = url === null ? null : withoutCredentials(url);
  return { ...group, example_url, advice: adviceFor(group.code) };
}

/** Counts failures by code and host, in memory that does not grow with them. */
function createTally() {
  let groups = new Map<string, Counted>();
  let other: Counted | null = null;

  /** Counts all but the most frequent groups as other failures. @returns the most frequent groups, in order */
  function keepMostFrequent(most: number): Counted[] {
    const ordered = [...groups.values()].sort(byFrequency);
    for (const { count, example_url } of ordered.splice(most)) {
      other ??= { code: OTHER_FAILURES, host: null, count: 0, message: '', example_url };
      other = { ...other, count: other.count + count };
    }
    groups = new Map(ordered.map((group) => [keyOf(group), group]));
    return ordered;
  }

  return {
    add(failure: Counted): void {
      const key = keyOf(failure);
      const known = groups.get(key);
      groups.set(key, known ? { ...known, count: known.count + failure.count } : failure);
      if (groups.size > MAX_COUNTED) keepMostFrequent(MAX_COUNTED / 2);
    },

    groups(): Counted[] {
      const ordered = keepMostFrequent(MAX_GROUPS);
      if (other === null) return ordered;
      const message = `Failures of less frequent codes and hosts than the ${MAX_GROUPS} above`;
      return [...ordered, { ...other, message }];
    },
  };
}

function keyOf({ code, host }: Counted): string {
  return `${code} ${host ?? ''}`;
}

function byFrequency(one: Counted, another: Counted): number {
  return (
    another.count - one.count ||
    compare(one.code, another.code) ||
    compare(one.host ?? '', another.host ?? '')
  );
}

function compare(one: string, another: string): number {
  if (one === another) return 0;
  return one < another ? -1 : 1;
}
