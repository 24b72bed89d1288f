import { describe, type RequestStatus, type StatusReport } from '../../workflows/progress';
import { messageOf, Refusal } from '../errors';
import type { Logger } from '../logger';
import type { Records } from '../records/open';
import { isFinished } from '../records/requests';
import type { RequestRecord } from '../records/types';
import type { Runs } from '../temporal/runs';

export interface StatusDeps {
  readonly records: Records;
  readonly runs: Pick<Runs, 'status'>;
  readonly logger: Logger;
}

/**
 * How far requests are: from the running workflow, or, when it has ended or cannot answer within a
 * second, from what was last recorded (docs/decisions/status-source.md).
 */
export function createStatus({ records, runs, logger }: StatusDeps) {
  const asked = new Map<string, Promise<StatusReport>>();

  /** However many callers poll a request, one query of it is under way at a time. */
  function ask(requestId: string): Promise<StatusReport> {
    const under = asked.get(requestId);
    if (under !== undefined) return under;
    const query = runs.status(requestId).finally(() => asked.delete(requestId));
    asked.set(requestId, query);
    return query;
  }

  /** @throws Refusal `not_found` */
  return async function status(requestId: string): Promise<StatusReport> {
    const record = await records.requests.find(requestId);
    if (record === null || record.state === 'withdrawn') {
      throw new Refusal('not_found', 'Request ID not found');
    }
    if (isFinished(record.state)) return recorded(record, record.state);
    try {
      return await ask(requestId);
    } catch (error) {
      logger.debug({ request_id: requestId, reason: messageOf(error) }, 'Status from the record');
      return recorded(record, record.state === 'processing' ? 'processing' : 'pending');
    }
  };
}

function recorded(record: RequestRecord, status: RequestStatus): StatusReport {
  const { _id, counts, bytes } = record;
  return { request_id: _id, status, details: describe(status, counts), counts, bytes };
}
