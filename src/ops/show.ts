import type { ImageResource } from '../../contract/http/images';
import type { RequestResource } from '../../contract/http/requests';
import { workflowIdOf } from '../../workflows/names';
import { listOf, tableOf } from '../terminal/table';
import type { Operations } from '../requests/operations';
import { EXIT, type ExitCode } from './exit';
import { failuresOf } from './failures';
import { exitCodeOfOutcome, follow } from './follow';
import { print, type Terminal } from './terminal';

const FAILURES_SHOWN = 10;

/** Prints one request and its first failures. With `watch`, the exit code reports the outcome. */
export async function show(
  operations: Operations,
  terminal: Terminal,
  requestId: string,
  watch: boolean,
): Promise<ExitCode> {
  const request = watch
    ? await follow(operations, terminal, requestId)
    : await operations.show(requestId);
  if (request !== null) await printRequest(operations, terminal, request);
  return watch ? exitCodeOfOutcome(request) : EXIT.done;
}

export async function printRequest(
  operations: Operations,
  terminal: Terminal,
  request: RequestResource,
): Promise<void> {
  const { request_id: id, counts } = request;
  const failed = counts.failed === 0 ? [] : await failuresOf(operations, id, FAILURES_SHOWN);
  const failures = failed.map(failureOf);
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

interface Failure {
  readonly row: number;
  /** `null` for a bad row. */
  readonly source_url: string | null;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
}

function failureOf({ row, source_url, error, attempts }: ImageResource): Failure {
  return { row, source_url, code: error?.code ?? '', message: error?.message ?? '', attempts };
}

function failuresTable(failures: readonly Failure[], { counts, links }: RequestResource): string {
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
