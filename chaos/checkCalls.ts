import type { Call } from './calls';
import { createJudge, type Judge } from './checkUndone';
import {
  groupBy,
  requestsOf,
  type Evidence,
  type UploadedRequest,
  type Violations,
} from './evidence';
import { isFinished } from '../contract/statuses';
import { type Snapshot } from './found';

/** The answers that an operator may get; `null` is none. */
const ANSWERS: readonly (number | null)[] = [202, 409, 503, null];

/**
 * Checks that every answer to an operator fits the state of its request, that each accepted retry opened one round, and
 * that every image which was not done had a reason for it.
 */
export function checkCalls(evidence: Evidence): Violations {
  const byRequest = groupBy(evidence.calls, ({ requestId }) => requestId);
  const judge = createJudge(evidence);
  return requestsOf(evidence).flatMap((ran) => {
    const calls = byRequest.get(ran.request._id) ?? [];
    const snapshots = calls.flatMap(({ before, after }) => [before, after]);
    const wrong = [
      ...calls.flatMap((call) => faultOf(call, calls) ?? []),
      ...snapshots.flatMap((snapshot) => [
        ...checkSnapshot(snapshot, calls),
        ...checkUndone(snapshot, judge),
      ]),
      ...checkRounds(ran, calls),
    ];
    return [...new Set(wrong)].map((what) => `request ${ran.request._id}: ${what}`);
  });
}

export const isRetry = ({ kind }: Call) => kind === 'retry';
/** A call without an answer, or with a 503, may have started a run nevertheless. */
export const isUncertain = ({ status }: Call) => status === null || status === 503;
const isAccepted = (call: Call) => isRetry(call) && call.status === 202;

function faultOf(call: Call, calls: readonly Call[]): string | null {
  const { kind, status, before, after } = call;
  const said = `a ${kind} was answered ${status ?? 'not at all'} in round ${before.round}`;
  if (!ANSWERS.includes(status)) return said;
  const others = calls.filter((other) => other !== call && overlaps(call, other));
  if (kind === 'retry') {
    if (status === 409 && hasUndone(before) && !others.some(isRetry))
      return `${said}, ${before.state}, although it had images to retry`;
    if (status === 202 && before.undone?.length === 0)
      return `${said}, ${before.state}, although every image was done`;
    return null;
  }
  // Without a retry, a request that stayed in one round was either running or finished all the time. A round that was
  // opened and rolled back is the exception.
  if (before.round !== after.round || others.some(isRetry)) return null;
  if (status === 409 && !isFinished(after.state)) return `${said}, although it was running`;
  return status === 202 && isFinished(before.state)
    ? `${said}, although it was ${before.state}`
    : null;
}

const hasUndone = ({ undone }: Snapshot) => undone !== null && undone.length > 0;
const overlaps = (one: Call, other: Call) =>
  other.at <= one.answeredAt && other.answeredAt >= one.before.at;

/** Checks that by the time of the snapshot, each retry that had been accepted had opened a round. */
function checkSnapshot({ at, round }: Snapshot, calls: readonly Call[]): Violations {
  const accepted = calls.filter((call) => isAccepted(call) && call.answeredAt < at).length;
  return accepted < round ? [] : [`it was in round ${round} after ${accepted} accepted retries`];
}

function checkUndone({ round, state, undone }: Snapshot, judge: Judge): Violations {
  return (undone ?? []).flatMap((image) => {
    const why = judge(image, round, state);
    const { status, error, attempts } = image;
    return why === null
      ? []
      : [
          `${image.url} was ${status} in round ${round}, ${state}, after ${attempts} attempts ` +
            `(${error?.code ?? 'no error'}): ${why}`,
        ];
  });
}

/** Checks the number of rounds. A refused retry opens none; one without an answer may have opened one. */
function checkRounds({ request }: UploadedRequest, calls: readonly Call[]): Violations {
  const opened = request.round - 1;
  const accepted = calls.filter(isAccepted).length;
  const unanswered = calls.filter((call) => isRetry(call) && call.status === null).length;
  if (opened >= accepted && opened <= accepted + unanswered) return [];
  return [
    `${opened} rounds were opened by ${accepted} accepted retries and ${unanswered} without an answer`,
  ];
}
