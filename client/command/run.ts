import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { RequestResource, Status } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { RETRIES } from '../call';
import { createClient, type Client } from '../index';
import { newKey } from '../newKey';
import { withRetries } from '../retry';
import { EXIT, exitCodeOf, UsageError, type ExitCode } from './exit';
import { openCsv, requireWritable, saveBody } from './files';
import { HELP, lineBackTo, readCommandLine, type CommandLine } from './options';
import { createProgress, type Output, type Progress } from './progress';

export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** What the parts of one command share. */
interface Run {
  readonly given: CommandLine;
  readonly client: Client;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Runs one command line. Never rejects. @returns the exit code */
export async function runCommandLine(
  line: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    const given = readCommandLine(line, terminal.env);
    if (given === 'help') {
      terminal.out.write(HELP);
      return EXIT.done;
    }
    return await runCommand(given, terminal);
  } catch (error) {
    const code = exitCodeOf(error);
    const message = error instanceof Error ? error.message : String(error);
    terminal.err.write(`${code === EXIT.interrupted ? 'Interrupted' : printable(message)}\n`);
    if (error instanceof UsageError) terminal.err.write('image-processor --help lists commands\n');
    return code;
  }
}

async function runCommand(given: CommandLine, terminal: Terminal): Promise<ExitCode> {
  const { out, err, interrupted: signal } = terminal;
  for (const file of [given.out, given.failed]) if (file !== undefined) await requireWritable(file);
  const progress = createProgress(err);
  const onRetry = sayRetry(progress);
  const run = {
    given,
    client: createClient({ url: given.url, key: given.key, onRetry }),
    progress,
    signal,
  };
  if (given.command !== 'upload') {
    const { command, target } = given;
    const answer = command === 'status' ? null : await run.client[command](target, { signal });
    return followUp(run, target, answer, out);
  }
  const id = await uploaded(run);
  if (!given.json) out.write(`${id}\n`);
  return followUp(run, id, null, out);
}

/** Uploads the file. @returns the id of the request */
async function uploaded({ given, client, progress, signal }: Run): Promise<string> {
  const { target, fields, idempotencyKey = newKey() } = given;
  const csv = await openCsv(target);
  try {
    return await client.upload(csv, {
      name: path.basename(target),
      fields,
      signal,
      idempotencyKey,
      onProgress: progress.uploaded,
    });
  } catch (error) {
    if (isUnknown(error)) {
      progress.say('There may be a request. The same command makes no second one with');
      progress.say(`  --idempotency-key ${idempotencyKey}`);
    }
    throw error;
  } finally {
    progress.end();
  }
}

/** Does what comes after the call that the command is for: its failure leaves the request as it is. */
async function followUp(
  run: Run,
  id: string,
  answer: Status | null,
  out: Output,
): Promise<ExitCode> {
  const { given, client, progress, signal } = run;
  const { command, isWatching, json } = given;
  try {
    let request: RequestResource | null = null;
    if (isWatching) request = await watched(run, id);
    else if (json || command === 'status') request = await client.request(id, { signal });
    const told = request ?? answer;
    if (json) out.write(`${JSON.stringify(request, null, 2)}\n`);
    else if (command !== 'upload' && !isWatching && told !== null) {
      out.write(`${told.status}: ${printable(told.details)}\n`);
    }
    if (request === null || !(isWatching || command === 'status')) return EXIT.done;
    if (isWatching) await save(run, request);
    return isFinished(request.status) && request.status !== 'completed' ? EXIT.failed : EXIT.done;
  } catch (error) {
    if (isUnknown(error) && (isWatching || command !== 'status')) {
      const key = given.key === undefined ? '' : ' with the same key';
      progress.say(`Request ${id} goes on without this command. To come back to it${key}:`);
      progress.say(`  ${lineBackTo(id, given)}`);
    }
    throw error;
  }
}

/** Shows the progress until the request is finished. */
async function watched(
  { given, client, progress, signal }: Run,
  id: string,
): Promise<RequestResource> {
  let isLost = false;
  if (given.command === 'upload')
    progress.say(`Request ${id}; Ctrl-C stops watching, not the request`);
  try {
    return await client.waitFor(id, {
      signal,
      onChange: (request) => {
        progress.changed({ ...request, details: printable(request.details) });
      },
      onInterrupted: (error) => {
        if (error instanceof Error && !isLost) sayRetry(progress)(error);
        isLost = error !== null;
      },
    });
  } finally {
    progress.end();
  }
}

async function save(run: Run, { request_id: id, counts }: RequestResource): Promise<void> {
  const { out, failed } = run.given;
  if (out !== undefined) await download(run, id, out);
  if (failed === undefined) return;
  // An earlier run may have left it.
  if (counts.failed === 0) return rm(failed, { force: true });
  await download(run, id, failed, 'failed');
  run.progress.say(`Rows that failed: ${failed}`);
}

/** Repeats the download when its body breaks off, too. */
async function download(
  { given, progress, signal }: Run,
  id: string,
  file: string,
  only?: 'failed',
): Promise<void> {
  const client = createClient({ url: given.url, key: given.key, retries: 0 });
  const onRetry = sayRetry(progress);
  await withRetries({ retries: RETRIES, isRepeatable: true, signal, onRetry }, async () => {
    await saveBody(await client.result(id, { signal, ...(only && { only }) }), file, signal);
  });
}

const sayRetry =
  (progress: Progress) =>
  ({ message }: Error) => {
    progress.say(`${printable(message)}; trying again`);
  };

/** Whether the command ended before it was known what the service does. */
const isUnknown = (error: unknown): boolean =>
  [EXIT.interrupted, EXIT.unreachable].some((code) => code === exitCodeOf(error));

/** In a terminal, control and format characters move the cursor, change colours, or hide text. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
