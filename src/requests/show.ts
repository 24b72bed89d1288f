import type { RequestResource } from '../../contract/http/requests';
import type { Records } from '../records/open';
import { isFinished } from '../../contract/statuses';
import type { StatusReport } from '../../contract/report';
import { findVisible } from './find';
import { recordedReport, viewOf } from './view';

export interface ShowDeps {
  readonly records: Pick<Records, 'requests' | 'deliveries'>;
  readonly status: (requestId: string) => Promise<StatusReport>;
  readonly publicUrl: string;
}

/**
 * The whole request, as new as it can be had.
 *
 * @throws Refusal `not_found`
 */
export async function showRequest(
  { records, status, publicUrl }: ShowDeps,
  requestId: string,
): Promise<RequestResource> {
  const report = await status(requestId);
  const record = await findVisible(records, requestId);
  // Where one of the two says finished, the record is exact: it ended, or was retried, between the reads.
  const exact = isFinished(record.state) || isFinished(report.status);
  const delivery = await records.deliveries.find(record._id, record.round);
  return viewOf(record, exact ? recordedReport(record) : report, delivery, publicUrl);
}
