import type { Call } from './calls';
import { createJudge, type Judge } from './checkUndone';
import { groupBy, requestsOf, type Evidence, type Ran, type Violations } from './evidence';
import { isFinished } from '../contract/statuses';
import { type Look } from './found';

/** What an operator may be told. */
const ANSWERS: readonly (number | null)[] = [202, 409, 503, null];

/**
 * Every call of an operator was answered by how its request stood, each retry that was taken opened one round,
 * and nothing was there to be retried without a reason.
 */
export function checkCalls(evidence: Evidence): Violations {
  const byRequest = groupBy(evidence.calls, ({ requestId }) => requestId);
  const judge = createJudge(evidence);
  return requestsOf(evidence).flatMap((ran) => {
    const calls = byRequest.get(ran.request._id) ?? [];
    const looks = calls.flatMap(({ before, after }) => [before, after]);
    const wrong = [
      ...calls.flatMap((call) => faultOf(call, calls) ?? []),
      ...looks.flatMap((look) => [...checkLook(look, calls), ...checkUndone(look, judge)]),
      ...checkRounds(ran, calls),
    ];
    return [...new Set(wrong)].map((what) => `request ${ran.request._id}: ${what}`);
  });
}

export const isRetry = ({ kind }: Call) => kind === 'retry';
/** Whoever got no answer, or was told that nothing has changed, may have started a run all the same. */
export const isUncertain = ({ status }: Call) => status === null || status === 503;
const isTaken = (call: Call) => isRetry(call) && call.status === 202;

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
  // In one round, it ran, or was finished, all the time: except for one that was opened and rolled back.
  if (before.round !== after.round || others.some(isRetry)) return null;
  if (status === 409 && !isFinished(after.state)) return `${said}, although it ran`;
  return status === 202 && isFinished(before.state)
    ? `${said}, although it was ${before.state}`
    : null;
}

const hasUndone = ({ undone }: Look) => undone !== null && undone.length > 0;
const overlaps = (one: Call, other: Call) =>
  other.at <= one.answeredAt && other.answeredAt >= one.before.at;

/** At every moment, each retry that had been taken by then had opened a round. */
function checkLook({ at, round }: Look, calls: readonly Call[]): Violations {
  const taken = calls.filter((call) => isTaken(call) && call.answeredAt < at).length;
  return taken < round ? [] : [`it was in round ${round} after ${taken} retries were taken`];
}

function checkUndone({ round, state, undone }: Look, judge: Judge): Violations {
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

/** Retries that were refused opened none, those whose answer was lost may have. */
function checkRounds({ request }: Ran, calls: readonly Call[]): Violations {
  const opened = request.round - 1;
  const taken = calls.filter(isTaken).length;
  const unheard = calls.filter((call) => isRetry(call) && call.status === null).length;
  if (opened >= taken && opened <= taken + unheard) return [];
  return [
    `${opened} rounds were opened by ${taken} retries that were taken, ${unheard} unheard of`,
  ];
}
