import { FINDINGS, type Finding } from '../../contract/findings';
import { messageOf, StorageUnavailable } from '../errors';
import type { Logger } from '../telemetry/logger';
import type { Records } from '../records/open';
import { isPendingRetry } from '../records/rounds';
import type { DeliveryRecord, RequestRecord } from '../records/types';
import type { FileStore } from '../storage/fileStore';
import type { LatestRun, Runs } from '../temporal/runs';
import { continueWithDelivery } from './redeliver';
import { removeData, removeWholly } from './remove';
import { startRound, SUPERSEDED } from './retry';
import { finalizeRequest } from './finalize';

export interface ReconcileDeps {
  readonly records: Pick<Records, 'requests' | 'rounds' | 'listing' | 'deliveries' | 'findings'>;
  readonly files: Pick<FileStore, 'removeRequest'>;
  readonly runs: Pick<Runs, 'latest' | 'continueWith'>;
  readonly logger: Logger;
}

export type Findings = Readonly<Record<Finding, number>>;

/** Much longer than starting or finishing a run takes; a healthy request is updated more often. */
const QUIET_MS = 60_000;
/**
 * When the files of a deleted request are removed once more. A worker that was paused, or whose write hung, may store an
 * image after the first removal. It holds an activity for at most ten seconds without a heartbeat, but a process that was
 * paused for minutes still finishes the write that it had begun.
 */
const LATE_MS = 60 * 60_000;
/** Records of each kind per sweep; the next sweep continues. */
const BATCH = 100;

/** How a run ended that left its request open, for a person. */
const ENDINGS: Readonly<Partial<Record<LatestRun['status'], string>>> = {
  TERMINATED: 'its run was terminated from outside',
  TIMED_OUT: 'its run timed out',
  FAILED: 'its run failed; see it in the Web UI',
  CANCELLED: 'its run was cancelled before it could record an outcome',
  COMPLETED: 'its run ended without recording an outcome',
};

/**
 * Repairs requests whose record and run disagree, because a run was terminated by hand or a process died between
 * two steps. Each repair is counted and logged.
 *
 * @param quietMs how long a request must have gone without an update to be examined
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
  const recorded: Promise<void>[] = [];
  /** For operators, who can do without: a sweep goes on when it cannot be recorded. */
  const unlessFailed = (work: Promise<void>) =>
    work.catch((error: unknown) => {
      logger.warn({ reason: messageOf(error) }, 'A finding could not be recorded');
    });
  const record: Found = (finding, request_id, note) => {
    const work = records.findings.record({ finding, request_id, note, at: new Date() });
    recorded.push(unlessFailed(work));
  };
  const found: Found = (finding, requestId, note) => {
    findings[finding] += 1;
    logger.warn({ request_id: requestId, finding }, `Reconciled: ${note}`);
    record(finding, requestId, note);
  };
  const failed: Found = (finding, requestId, reason) => {
    findings[finding] += 1;
    logger.error({ request_id: requestId, finding, reason }, 'Reconciliation failed');
    record(finding, requestId, reason);
  };
  /** One failed repair must not stop the others; the next sweep tries it again. */
  async function each<T extends { readonly _id: string }>(
    items: readonly T[],
    repair: (item: T) => Promise<void>,
  ): Promise<void> {
    for (const item of items) {
      await repair(item).catch((error: unknown) => {
        logger.error({ id: item._id, reason: messageOf(error) }, 'Reconciliation failed');
      });
    }
  }

  await each(await records.listing.quietOpen(before, BATCH), (record) =>
    repairOpen(deps, record, found),
  );
  await each(await records.deliveries.quietPending(before, BATCH), (delivery) =>
    repairDelivery(deps, delivery, found),
  );
  // Last, since an object storage that is down may take minutes to fail.
  const removal = createRemoval(deps, before, found, failed);
  await each(await records.listing.quietAbandoned(before, BATCH), removal.removeAbandoned);
  const late = new Date(now.getTime() - LATE_MS);
  await each(await records.listing.removed(late, BATCH), removal.removeLate);
  await Promise.all(recorded);
  if (recorded.length > 0) await unlessFailed(records.findings.removeOld());
  return findings;
}

type Found = (finding: Finding, requestId: string, note: string) => void;

async function repairOpen(deps: ReconcileDeps, record: RequestRecord, found: Found): Promise<void> {
  const { records, runs } = deps;
  const run = await runs.latest(record._id);
  if (run?.status === 'RUNNING') {
    // It may be the previous run, which may deliver for days: a repeated signal makes it continue with the retry.
    if (isPendingRetry(record)) await startRound(deps, record);
    // Running, if slowly: other requests are examined first in the next sweep.
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

/**
 * Creates the functions that remove the data of an abandoned upload or an interrupted deletion, and what was written after
 * a deletion. They do nothing after the storage was unavailable once: each further request could take as long to fail.
 */
function createRemoval(deps: ReconcileDeps, before: Date, found: Found, failed: Found) {
  const { requests } = deps.records;
  let isStorageUnavailable = false;

  async function attempt(id: string, remove: () => Promise<void>): Promise<void> {
    try {
      await remove();
    } catch (error) {
      isStorageUnavailable = error instanceof StorageUnavailable;
      failed('removal_failed', id, messageOf(error));
      // Others are removed first in the next sweep.
      await requests.touchWithdrawn(id);
    }
  }

  return {
    async removeAbandoned({ _id, state }: RequestRecord): Promise<void> {
      if (isStorageUnavailable) return;
      if (state === 'uploading' && !(await requests.withdraw(_id, before))) return;
      await attempt(_id, async () => {
        await removeData(deps, _id);
        found('leftover_removed', _id, 'data left by a process that died was removed');
      });
    },

    async removeLate({ _id }: RequestRecord): Promise<void> {
      if (isStorageUnavailable) return;
      await attempt(_id, async () => {
        const files = await removeWholly(deps, _id);
        if (files === 0) return;
        found('leftover_removed', _id, `${files} files written after the deletion were removed`);
      });
    },
  };
}

async function repairDelivery(
  { records, runs }: ReconcileDeps,
  { _id, request_id }: DeliveryRecord,
  found: Found,
): Promise<void> {
  const round = Number(_id.slice(request_id.length + 1));
  const recorded = await records.requests.find(request_id);
  const record = recorded?.state === 'withdrawn' ? null : recorded;
  if (record !== null && record.round > round) {
    await records.deliveries.end(request_id, round, 'superseded', SUPERSEDED);
    return;
  }
  const run = await runs.latest(request_id);
  if (run?.status === 'RUNNING') {
    await records.deliveries.touch(request_id, round);
  } else if (record !== null && (run?.status === 'COMPLETED' || run?.status === 'FAILED')) {
    // The run ended without ending the delivery: it made way for a retry that was rolled back, or was reset.
    await continueWithDelivery(runs, record);
    await records.deliveries.touch(request_id, round);
    found('delivery_resumed', request_id, 'delivery of its webhook was resumed');
  } else {
    const note = 'The run that was delivering it was ended from outside; redeliver it by hand';
    await records.deliveries.end(request_id, round, 'failed', note);
    found('delivery_ended', request_id, note);
  }
}

/**
 * Whether the run of a recorded retry has not started: a retry is recorded first, and the process may have died in
 * between. A failed run is not this retry's: it belongs to an older round, or to an earlier retry that was rolled
 * back. The retry's own run is either accepted, so that the record is no longer pending, or keeps trying.
 */
function hasNotBegun(record: RequestRecord, run: LatestRun | null): boolean {
  if (!isPendingRetry(record)) return false;
  return run === null || run.status === 'FAILED' || run.startedAt < record.updated_at;
}
