import type { StatusReport } from '../../contract/report';
import { isFinished } from '../../contract/statuses';
import { createCache } from '../cache';
import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';
import type { Records } from '../records/open';
import type { Runs } from '../temporal/runs';
import { createRecentRequests, type RecentRequests } from './recent';
import { recordedReport } from './view';

export interface StatusDeps {
  readonly records: Records;
  readonly runs: Pick<Runs, 'status'>;
  readonly logger: Logger;
  /** Default: own ones, of `records`. */
  readonly recent?: RecentRequests;
}

/** How long an answer is reused for other callers: pollers want to see progress, not every image. */
const ANSWER_KEPT_MS = 250;
/** How much longer other callers get it while the workflow is queried again. A query ends within 700 ms. */
const ANSWER_STALE_MS = 700;
/** How long a missing answer is remembered, so that the next poller does not wait for it again. */
const FAILURE_KEPT_MS = 2_000;

/**
 * Answers the status of requests: from the running workflow, or from the last record when the workflow has ended
 * or does not answer in time (docs/decisions/status-source.md).
 */
export function createStatus({
  records,
  runs,
  logger,
  recent = createRecentRequests(records),
}: StatusDeps) {
  // However many callers poll a request, it gets one query at a time.
  const query = createCache<StatusReport>({
    keptMs: ANSWER_KEPT_MS,
    staleMs: ANSWER_STALE_MS,
    failureKeptMs: FAILURE_KEPT_MS,
  });

  /** @throws Refusal `not_found` */
  return async function status(requestId: string): Promise<StatusReport> {
    const record = await recent.find(requestId);
    if (isFinished(record.state)) return recordedReport(record);
    try {
      // Keyed by round: an answer about an earlier round is no outcome of this one.
      const key = `${record._id}.${record.round}`;
      const report = await query(key, () => runs.status(record._id));
      // Otherwise the answer is of an earlier round's run, while this round's has not begun,
      if (!isFinished(report.status)) return report;
      // or this round ended after the record was read. Only the current record is exact.
      return recordedReport(await recent.findNow(requestId));
    } catch (error) {
      logger.debug(
        { request_id: requestId, reason: messageOf(error) },
        'Workflow did not answer; status taken from the record',
      );
    }
    return recordedReport(record);
  };
}
