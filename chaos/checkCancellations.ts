import type { Call } from './calls';
import { isRetry } from './checkCalls';
import { groupBy, requestsOf, type Evidence, type Violations } from './evidence';
import type { Snapshot } from './found';

export interface CancellationsChecked {
  readonly violations: Violations;
  /** Rounds that ended as cancelled. */
  readonly rounds: number;
}

/** A cancellation stops downloads within seconds or, when processes die meanwhile, once that has been detected. */
const STOPPED_MS = 30_000;
/** Among this many accepted cancellations, not all can have come too late. */
const ENOUGH = 10;

/** Cancellations that may have stopped something. */
export const isCancellation = ({ kind, status }: Call) => kind === 'cancel' && status !== 409;

/** Checks that a round is cancelled only by a call, and that its downloads then stop. */
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
        .filter((call) => continued(call, calls, evidence))
        .map(
          ({ before: { round } }) =>
            `request ${_id}: round ${round} continued after its cancellation`,
        ),
    ];
  });
  const accepted = evidence.calls.filter(({ kind, status }) => kind === 'cancel' && status === 202);
  if (accepted.length >= ENOUGH && rounds === 0)
    violations.push(`${accepted.length} cancellations were accepted, and none stopped anything`);
  return { violations, rounds };
}

function cancelledRounds(calls: readonly Call[], deliveries: Evidence['deliveries']): number[] {
  const snapshots = calls.flatMap(({ before, after }): Snapshot[] => [before, after]);
  const seen = snapshots.filter(({ state }) => state === 'cancelled').map(({ round }) => round);
  const told = deliveries
    .filter(({ body }) => (JSON.parse(body) as { status: unknown }).status === 'cancelled')
    .map(({ id }) => Number(id.split('.')[1]));
  return [...new Set([...seen, ...told])];
}

function isOf({ before, after }: Call, round: number): boolean {
  return before.round <= round && round <= after.round;
}

/**
 * Whether an image of a cancelled round was begun after a grace period without disturbances. Returns false when the
 * round may have been opened twice.
 */
function continued(call: Call, calls: readonly Call[], evidence: Evidence): boolean {
  const { kind, status, requestId, answeredAt, before, after } = call;
  if (kind !== 'cancel' || status !== 202 || before.round !== after.round) return false;
  if (calls.some((other) => isRetry(other) && other.status === 503)) return false;
  const lastDisturbanceBefore = (at: number) =>
    Math.max(...evidence.disturbances.filter(({ from }) => from < at).map(({ until }) => until));
  return evidence.observations.some(
    (seen) =>
      seen.what === 'began' &&
      seen.round === before.round &&
      seen.at > Math.max(answeredAt, lastDisturbanceBefore(seen.at)) + STOPPED_MS &&
      seen.images.some((image) => image.startsWith(`${requestId}/`)),
  );
}
