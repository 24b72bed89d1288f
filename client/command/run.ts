import { createWriteStream, openAsBlob } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { createClient, type Client } from '../index';
import { EXIT, exitCodeOf, UsageError, type ExitCode } from './exit';
import { HELP, readCommandLine, type CommandLine } from './options';
import { createProgress, type Output, type Progress } from './progress';

export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
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
    terminal.err.write(`${printable(error instanceof Error ? error.message : String(error))}\n`);
    if (error instanceof UsageError) terminal.err.write('image-processor --help lists commands\n');
    return exitCodeOf(error);
  }
}

async function runCommand(given: CommandLine, terminal: Terminal): Promise<ExitCode> {
  const { out, err, interrupted } = terminal;
  const client = createClient({ url: given.url, key: given.key });
  const progress = createProgress(err);
  const id = await begun(client, given, progress, interrupted);
  if (!given.json && given.command === 'upload') out.write(`${id}\n`);
  if (given.isWatching) await watched(client, id, given, progress, terminal);
  if (interrupted.aborted) return EXIT.interrupted;
  const request = await client.request(id);
  if (given.json) out.write(`${JSON.stringify(request, null, 2)}\n`);
  else if (given.command !== 'upload' && !given.isWatching) {
    out.write(`${request.status}: ${printable(request.details)}\n`);
  }
  await save(client, request, given, progress);
  const isOutcome = given.isWatching || given.command === 'status';
  return isOutcome && isFinished(request.status) && request.status !== 'completed'
    ? EXIT.failed
    : EXIT.done;
}

/** Does what the command does to a request. @returns its id */
async function begun(
  client: Client,
  { command, target, fields, idempotencyKey }: CommandLine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  if (command === 'upload') {
    const csv = await openCsv(target);
    try {
      return await client.upload(csv, {
        name: path.basename(target),
        fields,
        signal,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        onProgress: progress.uploaded,
      });
    } finally {
      progress.end();
    }
  }
  const id = encodeURIComponent(target);
  if (command !== 'status') await client[command](id);
  return id;
}

async function openCsv(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file, { type: 'text/csv' });
  } catch {
    throw new UsageError(`Expected a CSV file that can be read, received "${file}"`);
  }
}

/** Shows the progress until the request is finished, or Ctrl-C. */
async function watched(
  client: Client,
  id: string,
  { command, url }: CommandLine,
  progress: Progress,
  { interrupted }: Terminal,
): Promise<void> {
  let isLost = false;
  if (command === 'upload') progress.say(`Request ${id}; Ctrl-C stops watching, not the request`);
  try {
    await client.waitFor(id, {
      signal: interrupted,
      onChange: (request) => {
        isLost = false;
        progress.changed({ ...request, details: printable(request.details) });
      },
      onInterrupted: () => {
        if (!isLost) progress.say('The service does not answer; trying again');
        isLost = true;
      },
    });
  } catch (error) {
    if (!interrupted.aborted) throw error;
    progress.say('The request goes on. To watch it again:');
    progress.say(`  image-processor status ${id} --watch --url ${url}`);
  } finally {
    progress.end();
  }
}

async function save(
  client: Client,
  { request_id: id, status, counts }: RequestResource,
  { out, failed }: CommandLine,
  progress: Progress,
): Promise<void> {
  if (!isFinished(status)) return;
  if (out !== undefined) await write(await client.result(id), out);
  if (failed !== undefined && counts.failed > 0) {
    await write(await client.result(id, { only: 'failed' }), failed);
    progress.say(`Rows that failed: ${failed}`);
  }
}

/** Writes a file whole or not at all. */
async function write({ body }: Response, file: string): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    await pipeline(body === null ? [] : Readable.fromWeb(body), createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** In a terminal, control and format characters move the cursor, change colours, or hide text. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
