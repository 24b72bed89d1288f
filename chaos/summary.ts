import type { Compared } from './compare';
import type { Disturbance } from './disturb';
import { requestsOf, type Evidence } from './evidence';
import type { Options } from './options';
import { KILL_POINTS, type Claim } from './armedKills';
import type { Trouble } from './schedule';

export interface Outcome extends Compared {
  readonly options: Options;
  readonly evidence: Evidence;
  readonly claims: readonly Claim[];
  readonly trouble: Trouble;
  readonly chaosMs: number;
  readonly repairMs: number;
  readonly quiesceMs: number;
}

type Line = readonly [what: string, figure: number | string];

/** Returns the table that a chaos run prints at its end. */
export function summaryOf(outcome: Outcome): string {
  const { options, violations, chaosMs, repairMs, quiesceMs } = outcome;
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  const lines: Line[] = [
    ['seed', options.seed],
    [
      'time of chaos, of retries, of the wait for the end',
      [chaosMs, repairMs, quiesceMs].map(seconds).join(', '),
    ],
    ...killLines(outcome),
    ...ledgerLines(outcome),
    ['violations', violations.length],
  ];
  const width = Math.max(...lines.map(([what]) => what.length));
  return lines.map(([what, figure]) => `${what.padEnd(width)}  ${figure}\n`).join('');
}

function killLines({ evidence, claims, trouble }: Outcome): Line[] {
  const { disturbances } = evidence;
  const atRandom = disturbances.filter((one) => one.how === 'kill' && !isClaim(one, claims));
  const pauses = disturbances.filter(({ how }) => how === 'pause');
  return [
    ['kills', claims.length + atRandom.length],
    ...tally('  at random: ', atRandom, ({ target }) => target),
    ...tally('  ', claims, ({ point }) => KILL_POINTS[point]),
    ['kill points not reached in time', trouble.missed.length],
    ['pauses', pauses.length],
    ...tally('  ', pauses, ({ target }) => target),
    ['bursts of origin faults', trouble.bursts.length],
    ...tally('  answers with ', evidence.hits, ({ fault }) => fault),
  ];
}

function isClaim({ pid, from }: Disturbance, claims: readonly Claim[]): boolean {
  return claims.some((claim) => claim.pid === pid && claim.at === from);
}

function ledgerLines({ evidence, cancellations, files, webhooks, downloads }: Outcome): Line[] {
  const { uploads, found, calls } = evidence;
  const tries = uploads.flatMap((upload) => upload.tries);
  const ran = requestsOf(evidence);
  const runs = found.runs.filter(({ status }) => status === 'CONTINUED_AS_NEW');
  const unaccepted = uploads.filter(({ tries: all }) => all.every(({ status }) => status !== 200));
  const repaired = found.images.filter(
    ({ status, round }) => status === 'succeeded' && round !== null && round > 1,
  );
  const names = new Set(ran.map(({ sheet }) => sheet.name));
  return [
    ['uploads', uploads.length],
    ...tally('  tries answered ', tries, ({ status }) => String(status ?? 'not at all')),
    [
      '  never answered 200, and absent',
      unaccepted.filter(({ sheet }) => !names.has(sheet.name)).length,
    ],
    [
      '  never answered 200, and processed',
      unaccepted.filter(({ sheet }) => names.has(sheet.name)).length,
    ],
    ['requests', ran.length],
    ...tally('  ', ran, ({ request }) => request.state),
    ['rounds, at most', Math.max(...ran.map(({ request }) => request.round))],
    ["operators' calls", calls.length],
    ...tally('  ', calls, ({ kind, status }) => `${kind} answered ${status ?? 'not at all'}`),
    ['rounds cancelled', cancellations.rounds],
    ['continued as new', runs.length],
    ['images', found.images.length],
    ...tally('  ', found.images, ({ status }) => status),
    ['  repaired by retry', repaired.length],
    ['files checked', files.files],
    ['result CSVs uploaded in parts', files.inParts],
    ['downloads', evidence.hits.length],
    ['  complete ones repeated', downloads.repeats],
    ['  after the record, in flight at a kill or pause', downloads.inFlight],
    ['outcomes delivered', webhooks.outcomes],
    ['  webhooks repeated', webhooks.repeats],
    ['  webhooks refused by the receiver', webhooks.refused],
  ];
}

function tally<T>(prefix: string, items: readonly T[], nameOf: (item: T) => string | null): Line[] {
  const counts = new Map<string, number>();
  for (const item of items) {
    const name = nameOf(item);
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort().map(([name, count]) => [`${prefix}${name}`, count]);
}
