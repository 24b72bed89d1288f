import type { Call } from './calls';
import { isRetry } from './checkCalls';
import { groupBy, requestsOf, type Evidence, type Violations } from './evidence';
import type { Look } from './found';

export interface CancellationsChecked {
  readonly violations: Violations;
  /** Rounds that ended as cancelled. */
  readonly rounds: number;
}

/** A cancellation stops downloads in seconds; where processes die over it, once that is noticed. */
const STOPPED_MS = 30_000;
/** Of so many that were taken not all can have come too late. */
const ENOUGH = 10;

/** Cancellations that may have stopped something. */
export const isCancellation = ({ kind, status }: Call) => kind === 'cancel' && status !== 409;

/** What is cancelled was cancelled by a call, and stops. */
export function checkCancellations(evidence: Evidence): CancellationsChecked {
  const byRequest = groupBy(evidence.calls, ({ requestId }) => requestId);
  const told = groupBy(evidence.deliveries, ({ id }) => id.split('.')[0] ?? '');
  let rounds = 0;
  const violations = requestsOf(evidence).flatMap(({ request: { _id } }) => {
    const calls = byRequest.get(_id) ?? [];
    const cancelled = cancelledRounds(calls, told.get(_id) ?? []);
    rounds += cancelled.length;
    return [
      ...cancelled
        .filter((round) => !calls.some((call) => isCancellation(call) && isOf(call, round)))
        .map(
          (round) => `request ${_id}: its round ${round} was cancelled, but no call asked for it`,
        ),
      ...calls
        .filter((call) => wentOn(call, calls, evidence))
        .map(
          ({ before: { round } }) =>
            `request ${_id}: round ${round} went on after its cancellation`,
        ),
    ];
  });
  const taken = evidence.calls.filter(({ kind, status }) => kind === 'cancel' && status === 202);
  if (taken.length >= ENOUGH && rounds === 0)
    violations.push(`${taken.length} cancellations were taken, and none stopped anything`);
  return { violations, rounds };
}

function cancelledRounds(calls: readonly Call[], deliveries: Evidence['deliveries']): number[] {
  const looks = calls.flatMap(({ before, after }): Look[] => [before, after]);
  const seen = looks.filter(({ state }) => state === 'cancelled').map(({ round }) => round);
  const told = deliveries
    .filter(({ body }) => (JSON.parse(body) as { status: unknown }).status === 'cancelled')
    .map(({ id }) => Number(id.split('.')[1]));
  return [...new Set([...seen, ...told])];
}

function isOf({ before, after }: Call, round: number): boolean {
  return before.round <= round && round <= after.round;
}

/** What was cancelled in a round is not worked on in it a quiet while later; one opened twice cannot be judged. */
function wentOn(call: Call, calls: readonly Call[], evidence: Evidence): boolean {
  const { kind, status, requestId, answeredAt, before, after } = call;
  if (kind !== 'cancel' || status !== 202 || before.round !== after.round) return false;
  if (calls.some((other) => isRetry(other) && other.status === 503)) return false;
  const lastTroubleBefore = (at: number) =>
    Math.max(...evidence.disturbances.filter(({ from }) => from < at).map(({ until }) => until));
  return evidence.observations.some(
    (seen) =>
      seen.what === 'began' &&
      seen.round === before.round &&
      seen.at > Math.max(answeredAt, lastTroubleBefore(seen.at)) + STOPPED_MS &&
      seen.images.some((image) => image.startsWith(`${requestId}/`)),
  );
}
