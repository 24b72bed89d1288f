import type { RequestResource } from '../../contract/http/requests';
import type { RequestStatus } from '../../contract/statuses';
import { tableOf } from '../terminal/table';
import { printable } from '../terminal/text';
import type { Operations } from '../requests/operations';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

export interface ListOptions {
  /** `null`: every status. */
  readonly status: RequestStatus | null;
  readonly limit: number;
}

const FILE_NAME_WIDTH = 40;

/** Lists the newest requests first, from their records. Counts of a running request lag by up to a slice. */
export async function list(
  operations: Operations,
  terminal: Terminal,
  { status, limit }: ListOptions,
): Promise<ExitCode> {
  const { requests } = await operations.list({
    status: status === null ? undefined : [status],
    limit,
  });
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
