import type { RequestResource } from '../../contract/http/requests';
import { workflowIdOf } from '../../workflows/names';
import { findVisible } from '../requests/find';
import { listOf, tableOf } from '../terminal/table';
import type { Connected } from './connect';
import { EXIT, type ExitCode } from './exit';
import { failuresOf, type FailedPlace } from './failures';
import { exitCodeOfEnd, follow, requestOf } from './follow';
import { print, type Terminal } from './terminal';

const FAILURES_SHOWN = 10;

/** One request, and what failed of it first. Followed to its end, the exit code says how it ended. */
export async function show(
  parts: Connected,
  terminal: Terminal,
  requestId: string,
  watch: boolean,
): Promise<ExitCode> {
  const request = watch
    ? await follow(parts, terminal, requestId)
    : await requestOf(parts, requestId);
  if (request !== null) await printRequest(parts, terminal, request);
  return watch ? exitCodeOfEnd(request) : EXIT.done;
}

export async function printRequest(
  { records }: Connected,
  terminal: Terminal,
  request: RequestResource,
): Promise<void> {
  const { request_id: id, counts } = request;
  const { rows } = await findVisible(records, id);
  const failures = counts.failed === 0 ? [] : await failuresOf(records, id, rows, FAILURES_SHOWN);
  print(
    terminal,
    { ...request, failures },
    () => listOf(entriesOf(request)) + failuresTable(failures, request),
  );
}

function entriesOf(request: RequestResource): [string, string][] {
  const { counts, bytes, options, sheet, webhook, links } = request;
  return [
    ['Request', request.request_id],
    ['Status', request.status],
    ['Details', request.details],
    ['File', request.file_name],
    ['Images', `${counts.total} in all, ${counts.succeeded} succeeded, ${counts.failed} failed`],
    ['Bytes', `${bytes.in} in, ${bytes.out} out`],
    ['Options', JSON.stringify(options)],
    ...sheet.warnings.map((warning): [string, string] => ['Warning', warning]),
    ['Round', String(request.round)],
    ['Uploaded', request.created_at],
    ['Started', request.started_at ?? '-'],
    ['Finished', request.finished_at ?? '-'],
    ['Webhook', webhook === null ? 'none' : `${webhook.state} (${webhook.url})`],
    ...(webhook?.error === null || webhook === null
      ? []
      : [['', `after ${webhook.attempts} attempts: ${webhook.error}`] as [string, string]]),
    ['Workflow', workflowIdOf(request.request_id)],
    ['Result', links.result ?? '-'],
  ];
}

function failuresTable(
  failures: readonly FailedPlace[],
  { counts, links }: RequestResource,
): string {
  if (failures.length === 0) return '';
  const rows = failures.map(({ row, code, attempts, source_url, message }) => [
    String(row),
    code,
    String(attempts),
    source_url ?? message,
  ]);
  const more = counts.failed - failures.length;
  const rest = more > 0 ? `and ${more} more: ${links.failed ?? links.images}\n` : '';
  return `\n${tableOf(['ROW', 'ERROR', 'ATTEMPTS', 'LINK'], rows)}${rest}`;
}
