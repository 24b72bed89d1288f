import type { Call } from '../../chaos/calls';
import type { Evidence } from '../../chaos/evidence';
import type { Snapshot } from '../../chaos/found';

/** Builds a request, its snapshots and operators' calls, for the checks of a chaos run. */

export const ID = 'request';
const HOST = 'http://origin.example';

type Undone = NonNullable<Snapshot['undone']>[number];

export function snapshot(
  at: number,
  round: number,
  state: string,
  undone: Snapshot['undone'] = null,
): Snapshot {
  return { at, round, state, undone };
}

export function failed(kind: string, change: Partial<Undone> = {}): Undone {
  const error = { code: 'not_found', message: '' } as const;
  const url = `${HOST}/${kind}/1/0.jpg`;
  return { _id: `${ID}/0-0`, url, status: 'failed', error, round: 1, attempts: 1, ...change };
}

/** Returns a call that was sent right after the first snapshot and answered right before the second. */
function call(kind: Call['kind'], status: number | null, before: Snapshot, after: Snapshot): Call {
  const [at, answeredAt] = [before.at + 1, after.at - 1];
  return { kind, requestId: ID, at, answeredAt, status, before, after };
}

export const retry = (status: number | null, before: Snapshot, after: Snapshot) =>
  call('retry', status, before, after);
export const cancel = (status: number | null, before: Snapshot, after: Snapshot) =>
  call('cancel', status, before, after);

/** Returns the evidence of a chaos run with one request. */
export function evidenceOf(
  calls: readonly Call[],
  { round = 1, ...seen }: Partial<Evidence> & { readonly round?: number } = {},
): Evidence {
  const request = { _id: ID, round, file_name: 'sheet-1.csv' };
  return {
    folder: '',
    url: '',
    hits: [],
    deliveries: [],
    observations: [],
    disturbances: [],
    uploads: [{ sheet: { name: 'sheet-1.csv' } } as never],
    found: { rows: [], images: [], deliveries: [], runs: [], requests: [request as never] },
    calls,
    repaired: {},
    ...seen,
  };
}

export const withFailure = (at: number, round = 1) =>
  snapshot(at, round, 'completed_with_errors', [failed('missing', { round })]);

export const hit = (at: number) => ({
  url: failed('late').url,
  at,
  fault: null,
  bytes: 0,
  whole: true,
});
export const began = (at: number, round: number) => ({
  what: 'began' as const,
  execution: '1',
  images: [`${ID}/0-0`],
  pid: 1,
  at,
  round,
});
