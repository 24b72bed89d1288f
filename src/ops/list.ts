import type { RequestResource } from '../../contract/http/requests';
import type { RequestStatus } from '../../contract/statuses';
import { recordedReport, viewOf } from '../requests/view';
import { tableOf } from '../terminal/table';
import { printable } from '../terminal/text';
import type { Connected } from './connect';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

export interface ListOptions {
  /** `null`: every status. */
  readonly status: RequestStatus | null;
  readonly limit: number;
}

const FILE_NAME_WIDTH = 40;

/** Newest first, by their records: what runs is up to a slice behind. */
export async function list(
  { config, records }: Connected,
  terminal: Terminal,
  { status, limit }: ListOptions,
): Promise<ExitCode> {
  const found = await records.listing.list({
    ...(status === null ? {} : { status: [status] }),
    limit,
  });
  const requests = await Promise.all(
    found.map(async (record) => {
      const delivery = await records.deliveries.find(record._id, record.round);
      return viewOf(record, recordedReport(record), delivery, config.PUBLIC_URL);
    }),
  );
  print(terminal, { requests }, () => tableOf(HEADS, requests.map(rowOf)));
  return EXIT.done;
}

const HEADS = ['REQUEST', 'STATUS', 'SUCCEEDED', 'FAILED', 'ROUND', 'WEBHOOK', 'UPLOADED', 'FILE'];

function rowOf(request: RequestResource): string[] {
  const { counts, created_at, webhook } = request;
  return [
    request.request_id,
    request.status,
    `${counts.succeeded}/${counts.total}`,
    String(counts.failed),
    String(request.round),
    webhook?.state ?? '-',
    created_at,
    printable(request.file_name, FILE_NAME_WIDTH),
  ];
}
