import { FINDINGS, type Finding } from '../../contract/findings';
import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';
import type { Records } from '../records/open';
import { isPendingRetry } from '../records/rounds';
import type { DeliveryRecord, RequestRecord } from '../records/types';
import type { FileStore } from '../storage/fileStore';
import type { LatestRun, Runs } from '../temporal/runs';
import { continueWithDelivery } from './redeliver';
import { clearUp } from './remove';
import { startRound, SUPERSEDED } from './retry';
import { finalizeRequest } from './finalize';

export interface ReconcileDeps {
  readonly records: Pick<Records, 'requests' | 'rounds' | 'listing' | 'deliveries'>;
  readonly files: Pick<FileStore, 'removeRequest'>;
  readonly runs: Pick<Runs, 'latest' | 'continueWith'>;
  readonly logger: Logger;
}

export type Findings = Readonly<Record<Finding, number>>;

/** Nothing that is well is silent for so long; much longer than a start or an end takes. */
const QUIET_MS = 60_000;
/** At most so many of a kind at once; the next sweep takes the others. */
const BATCH = 100;

/** How a run that left its request open had ended, for a person. */
const ENDINGS: Readonly<Partial<Record<LatestRun['status'], string>>> = {
  TERMINATED: 'its run was terminated from outside',
  TIMED_OUT: 'its run timed out',
  FAILED: 'its run failed; see it in the Web UI',
  CANCELLED: 'its run was cancelled before it could record an outcome',
  COMPLETED: 'its run ended without recording an outcome',
};

/**
 * Brings records and runs together again where something ended behind the service's back: a run terminated
 * by hand, a process that died between two steps. What is found is repaired, counted and logged.
 *
 * @param quietMs how long a request must have been silent to be looked at
 */
export async function reconcile(
  deps: ReconcileDeps,
  now: Date,
  quietMs = QUIET_MS,
): Promise<Findings> {
  const { records, logger } = deps;
  const before = new Date(now.getTime() - quietMs);
  const findings = Object.fromEntries(FINDINGS.map((finding) => [finding, 0])) as Record<
    Finding,
    number
  >;
  const found: Found = (finding, requestId, note) => {
    findings[finding] += 1;
    logger.warn({ request_id: requestId, finding }, `Reconciled: ${note}`);
  };
  /** What cannot be mended now must not keep the others from it; the next sweep finds it again. */
  async function each<T extends { readonly _id: string }>(
    items: readonly T[],
    mend: (item: T) => Promise<void>,
  ): Promise<void> {
    for (const item of items) {
      await mend(item).catch((error: unknown) => {
        logger.error({ id: item._id, reason: messageOf(error) }, 'Could not be reconciled');
      });
    }
  }

  await each(await records.listing.quietOpen(before, BATCH), (record) =>
    mendOpen(deps, record, found),
  );
  await each(await records.listing.quietAbandoned(before, BATCH), async ({ _id, state }) => {
    if (state === 'uploading' && !(await records.requests.withdraw(_id, before))) return;
    await clearUp(deps, _id);
    found('leftover_removed', _id, 'what a process that died had left of it is removed');
  });
  await each(await records.deliveries.quietPending(before, BATCH), (delivery) =>
    mendDelivery(deps, delivery, found),
  );
  return findings;
}

type Found = (finding: Finding, requestId: string, note: string) => void;

async function mendOpen(deps: ReconcileDeps, record: RequestRecord, found: Found): Promise<void> {
  const { records, runs } = deps;
  const run = await runs.latest(record._id);
  if (run?.status === 'RUNNING') {
    // It may be the run before, which delivers for days: told once more, it goes on with the retry.
    if (isPendingRetry(record)) await startRound(deps, record);
    // Alive, if slow: it makes room for others, and is looked at again when it has been silent as long.
    await records.rounds.touch(record._id, record.round);
  } else if (hasNotBegun(record, run)) {
    await startRound(deps, record);
    found('run_missing', record._id, 'the run of the retry was started');
  } else {
    const note = ENDINGS[run?.status ?? 'UNKNOWN'] ?? 'its run is gone';
    await finalizeRequest(deps, record, note);
    found('run_ended', record._id, note);
  }
}

async function mendDelivery(
  { records, runs }: ReconcileDeps,
  { _id, request_id }: DeliveryRecord,
  found: Found,
): Promise<void> {
  const round = Number(_id.slice(request_id.length + 1));
  const record = await records.requests.find(request_id);
  if (record !== null && record.round > round) {
    await records.deliveries.end(request_id, round, 'superseded', SUPERSEDED);
    return;
  }
  const run = await runs.latest(request_id);
  if (run?.status === 'RUNNING') {
    await records.deliveries.touch(request_id, round);
  } else if (record !== null && (run?.status === 'COMPLETED' || run?.status === 'FAILED')) {
    // Nobody ended it: it gave way to a retry that was taken back, or was reset.
    await continueWithDelivery(runs, record);
    await records.deliveries.touch(request_id, round);
    found('delivery_resumed', request_id, 'its webhook is delivered on');
  } else {
    const note = 'The run that was delivering it was ended from outside; deliver it again by hand';
    await records.deliveries.end(request_id, round, 'failed', note);
    found('delivery_ended', request_id, note);
  }
}

/**
 * A retry is recorded before its run starts: the process may have died in between. A run that failed found its
 * round over: it is an older round's, or the retry's that was taken back before this one. The retry's own is
 * accepted, and its record no longer pending, or tries for ever.
 */
function hasNotBegun(record: RequestRecord, run: LatestRun | null): boolean {
  if (!isPendingRetry(record)) return false;
  return run === null || run.status === 'FAILED' || run.startedAt < record.updated_at;
}
