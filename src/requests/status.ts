import type { StatusReport } from '../../contract/report';
import { isFinished } from '../../contract/statuses';
import { createCache } from '../cache';
import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';
import type { Records } from '../records/open';
import type { Runs } from '../temporal/runs';
import { findVisible } from './find';
import { recordedReport } from './view';

export interface StatusDeps {
  readonly records: Records;
  readonly runs: Pick<Runs, 'status'>;
  readonly logger: Logger;
}

/** One query answers all who ask within this time: pollers want to see progress, not every image. */
const ANSWER_KEPT_MS = 250;
/** After a query without an answer, the next poller need not wait for another one. */
const FAILURE_KEPT_MS = 2_000;

/**
 * How far requests are: from the running workflow, or, when it has ended or does not answer in time, from
 * what was last recorded (docs/decisions/status-source.md).
 */
export function createStatus({ records, runs, logger }: StatusDeps) {
  // However many callers poll a request, few queries of it are made, one at a time.
  const query = createCache<StatusReport>({
    keptMs: ANSWER_KEPT_MS,
    failureKeptMs: FAILURE_KEPT_MS,
  });

  /** @throws Refusal `not_found` */
  return async function status(requestId: string): Promise<StatusReport> {
    const record = await findVisible(records, requestId);
    if (isFinished(record.state)) return recordedReport(record);
    try {
      // By round: an answer of an earlier one would be taken for the outcome of this one.
      const key = `${record._id}.${record.round}`;
      const report = await query(key, () => runs.status(record._id));
      // The run of a round before, while the next one has not begun.
      if (!isFinished(report.status)) return report;
      // Or this one's outcome, recorded since the record was read: only what is recorded now is exact.
      return recordedReport(await findVisible(records, requestId));
    } catch (error) {
      logger.debug({ request_id: requestId, reason: messageOf(error) }, 'Status from the record');
    }
    return recordedReport(record);
  };
}
