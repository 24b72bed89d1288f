import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config';
import { DEFAULT_SHEET_OPTIONS, type SheetOptions } from '../../contract/sheets';
import type { TextFindings } from '../../sheet/textFindings';
import { messageOf, Refusal } from '../errors';
import type { Logger } from '../telemetry/logger';
import type { Records } from '../records/open';
import { recordingOf, sheetRecordOf, weightOf } from '../recording/sheet';
import type { FileStore } from '../storage/fileStore';
import type { CompressOptions } from '../../contract/formats';
import type { RequestRecord } from '../records/types';
import type { Runs } from '../temporal/runs';
import { removeData, removeWholly } from './remove';
import { summaryOf } from './summary';
import { validateSheet, type ValidatedSheet } from './validateSheet';

/** An upload whose form is valid and whose file is complete on disk. */
export interface Upload {
  /** The caller's name; `null`: it has none. */
  readonly owner: string | null;
  /** The same for all uploads of one caller. */
  readonly caller: string;
  /** Path of the spooled file; the caller removes it afterwards. */
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly fileName: string;
  /** SHA-256 of the file's bytes, in hex. */
  readonly fingerprint: string;
  /** What was found about the text while the file was received. */
  readonly text: TextFindings;
  readonly options: CompressOptions;
  readonly sheetOptions: SheetOptions;
  /** `null`: none given, `WEBHOOK_URL` applies. */
  readonly webhookUrl: string | null;
  /** Refuse the file for one bad row. */
  readonly strict: boolean;
  readonly idempotencyKey: string | null;
}

export interface AcceptDeps {
  readonly config: Pick<
    Config,
    'MAX_IMAGES_PER_REQUEST' | 'MAX_QUEUED_IMAGES_PER_CALLER' | 'WEBHOOK_URL'
  >;
  readonly records: Records;
  readonly files: Pick<FileStore, 'writeSheet' | 'removeRequest'>;
  readonly runs: Pick<Runs, 'start'>;
  readonly logger: Logger;
  /** Reads the file; the API does so in other threads. Default: in this one. */
  readonly validate?: typeof validateSheet;
}

/** How often an upload is updated while its sheet is being stored. */
const UPLOAD_UPDATE_MS = 10_000;
/** The process of an upload without an update for this long is dead. */
const UPLOAD_SILENCE_MS = 60_000;

/** How long a repeated upload waits for the upload in progress with the same key. */
const TWIN_WAIT_MS = 20_000;
const TWIN_POLL_MS = 100;

const FIRST_ROUND = 1;

/**
 * Creates a request from an upload. When this resolves, the sheet and the workflow's start are durable: the workflow
 * records the rows and images. When it rejects, nothing of the upload is recorded and none of it will run.
 *
 * @returns the request id; for a repeated `Idempotency-Key` that of the first upload
 * @throws Refusal
 */
export async function acceptUpload(deps: AcceptDeps, upload: Upload): Promise<string> {
  const { records, config, validate = validateSheet } = deps;
  const { strict, sheetOptions, text } = upload;
  const maxImages = config.MAX_IMAGES_PER_REQUEST;
  const validated = await validate(upload.path, { ...sheetOptions, strict, maxImages }, text);
  const record = newRequest(upload, validated, config);
  const twin = await claim(deps, record);
  if (twin !== null) return twin;

  let known: RequestRecord | null;
  try {
    // After the claim: a repeated upload gets the id of the first, and uploads at the same moment count each other.
    await requireRoom(deps, record);
    await storeAndStart(deps, record, upload.path);
    known = await records.requests.accept(record._id);
  } catch (error) {
    known = await rollbackUpload(deps, record._id, error);
  }
  if (known === null) {
    await unlessUnavailable(deps, record._id, removeWholly(deps, record._id));
    throw new Refusal('unavailable', 'The upload took too long and was withdrawn; send it again');
  }
  return record._id;
}

/** @throws Refusal `queue_full` when the request would exceed what one owner may have queued */
async function requireRoom({ records, config }: AcceptDeps, request: RequestRecord): Promise<void> {
  const most = config.MAX_QUEUED_IMAGES_PER_CALLER;
  const { total } = request.counts;
  const queued = await records.requests.countQueued(request.owner ?? null, request._id);
  if (queued + total <= most) return;
  const advice = total > most ? 'split the file' : 'send it again when some of them are done';
  throw new Refusal(
    'queue_full',
    `Expected at most ${most} queued images of one caller, received ${total} besides the ${queued} queued; ` +
      `${advice}, or raise MAX_QUEUED_IMAGES_PER_CALLER`,
  );
}

async function storeAndStart(
  { records, files, runs }: AcceptDeps,
  { _id: requestId, round, counts, bytes, file_name }: RequestRecord,
  file: string,
): Promise<void> {
  const timer = setInterval(() => {
    // When it fails, so does the next step.
    records.requests.touchUpload(requestId).catch(() => undefined);
  }, UPLOAD_UPDATE_MS);
  try {
    await files.writeSheet(requestId, file);
  } finally {
    clearInterval(timer);
  }
  await runs.start(
    { requestId, round, task: 'process', token: 'upload', lanes: [], counts, bytes },
    summaryOf(file_name, counts.total),
  );
}

/**
 * Undoes an upload after an error, unless its workflow has accepted it: the workflow may have started although
 * the answer was lost.
 *
 * @returns the request when it was accepted after all
 * @throws the error, when the upload is withdrawn
 */
async function rollbackUpload(
  deps: AcceptDeps,
  requestId: string,
  error: unknown,
): Promise<RequestRecord | null> {
  const { records, logger } = deps;
  if (!(error instanceof Refusal)) {
    logger.warn({ request_id: requestId, reason: messageOf(error) }, 'Upload failed');
  }
  if (!(await records.requests.withdraw(requestId))) return records.requests.find(requestId);
  // After a refusal nothing was stored. A store that did not answer in time may still store the sheet.
  const remove = error instanceof Refusal ? removeWholly : removeData;
  await unlessUnavailable(deps, requestId, remove(deps, requestId));
  if (error instanceof Refusal) throw error;
  throw new Refusal(
    'unavailable',
    'Expected MongoDB, Temporal and the storage to answer, received an error; send the upload again later',
    [],
    { cause: error },
  );
}

/** What cannot be removed of a withdrawn upload now, the reconciler removes. */
async function unlessUnavailable(
  { logger }: AcceptDeps,
  requestId: string,
  removal: Promise<unknown>,
): Promise<void> {
  await removal.catch((error: unknown) => {
    logger.warn(
      { request_id: requestId, reason: messageOf(error) },
      'The data of a withdrawn upload could not be removed; the reconciler tries again',
    );
  });
}

/**
 * Creates the request's record, or finds the one that holds the same idempotency key.
 *
 * @returns the earlier request's id; `null` when the record is ours
 */
async function claim(deps: AcceptDeps, record: RequestRecord): Promise<string | null> {
  const { records } = deps;
  const { idempotency_key: key } = record;
  const deadline = Date.now() + TWIN_WAIT_MS;
  while (!(await records.requests.create(record))) {
    const twin = key === undefined ? null : await records.requests.findByIdempotencyKey(key);
    if (twin === null) continue;
    if (twin.fingerprint !== record.fingerprint) {
      throw new Refusal(
        'idempotency_conflict',
        'Expected the same file and fields as before under this Idempotency-Key, received others; ' +
          'use another key for another upload',
      );
    }
    if (twin.state !== 'uploading') return twin._id;
    if (await records.requests.withdraw(twin._id, new Date(Date.now() - UPLOAD_SILENCE_MS))) {
      await unlessUnavailable(deps, twin._id, removeData(deps, twin._id));
    } else if (Date.now() > deadline) {
      throw new Refusal(
        'unavailable',
        'An upload with this Idempotency-Key is still in progress; send it again later',
      );
    }
    await sleep(TWIN_POLL_MS);
  }
  return null;
}

function newRequest(
  upload: Upload,
  { sheet, warnings, rows, badRows, links }: ValidatedSheet,
  config: Pick<Config, 'WEBHOOK_URL'>,
): RequestRecord {
  const now = new Date();
  return {
    _id: randomUUID(),
    state: 'uploading',
    owner: upload.owner,
    caller: upload.caller,
    round: FIRST_ROUND,
    sequence: 0,
    counts: { total: links + badRows, succeeded: 0, failed: badRows, pending: links },
    bytes: { in: 0, out: 0 },
    options: upload.options,
    webhook_url: upload.webhookUrl ?? config.WEBHOOK_URL ?? null,
    columns: sheet.columns,
    sheet: sheetRecordOf(sheet, upload.sheetOptions.output, warnings),
    rows,
    lanes: [],
    recording: recordingOf(sheet, weightOf(rows + links, upload.size)),
    bad_rows: badRows,
    file_name: upload.fileName,
    ...idempotencyKeyOf(upload),
    fingerprint: fingerprintOf(upload),
    note: null,
    created_at: now,
    started_at: null,
    finished_at: null,
    updated_at: now,
  };
}

/** Two owners may use the same key. Neither names nor keys contain spaces. */
function idempotencyKeyOf({ owner, idempotencyKey }: Upload) {
  if (idempotencyKey === null) return {};
  return { idempotency_key: owner === null ? idempotencyKey : `${owner} ${idempotencyKey}` };
}

function fingerprintOf({ fingerprint, options, sheetOptions, webhookUrl, strict }: Upload): string {
  // Recorded fingerprints use this order: add a new option at the end.
  const { quality, format, effort, max_width, max_height } = options;
  const inOrder = {
    quality,
    format,
    effort,
    max_width,
    max_height,
  } satisfies CompressOptions;
  const fields = [...Object.values(inOrder), webhookUrl, strict, ...sheetFieldsOf(sheetOptions)];
  return createHash('sha256')
    .update(`${fingerprint}\n${JSON.stringify(fields)}`)
    .digest('hex');
}

/** Empty for the defaults: uploads of older versions have no such fields. */
function sheetFieldsOf({ link_columns, base_url, encoding, output }: SheetOptions): unknown[] {
  const inOrder = { link_columns, base_url, encoding, output } satisfies SheetOptions;
  const isDefault = Object.entries(DEFAULT_SHEET_OPTIONS).every(
    ([name, value]) => inOrder[name as keyof SheetOptions] === value,
  );
  return isDefault ? [] : Object.values(inOrder);
}
