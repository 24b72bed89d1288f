import type { RequestResource } from '../../contract/http/requests';
import type { StatusReport } from '../../contract/report';
import { isFinished } from '../../contract/statuses';
import type { Records } from '../records/open';
import type { Runs } from '../temporal/runs';
import { findVisible } from './find';
import { recordedReport, viewOf } from './view';

export interface ShowDeps {
  readonly records: Pick<Records, 'requests' | 'deliveries'>;
  readonly config: { readonly PUBLIC_URL: string };
  readonly runs: Pick<Runs, 'pageOf'>;
}

/**
 * Shows a whole request, as up to date as possible.
 *
 * @param status how far the request is ({@link createStatus})
 * @throws Refusal `not_found`
 */
export async function showRequest(
  { records, config, runs }: ShowDeps,
  status: (requestId: string) => Promise<StatusReport>,
  requestId: string,
): Promise<RequestResource> {
  const report = await status(requestId);
  const record = await findVisible(records, requestId);
  // When either one says finished, the record is exact: the request ended or was retried between the two reads.
  const exact = isFinished(record.state) || isFinished(report.status);
  const delivery = await records.deliveries.find(record._id, record.round);
  return viewOf(record, exact ? recordedReport(record) : report, delivery, {
    publicUrl: config.PUBLIC_URL,
    temporalPage: runs.pageOf(record._id),
  });
}
