import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { isFinished } from '../../contract/statuses';
import { Refusal } from '../errors';
import type { Records } from '../records/open';
import type { Config } from '../config';
import type { FileStore, ResultKind } from '../storage/fileStore';
import type { ImageLinks } from '../storage/links';
import { replaceImageLinks } from '../storage/replaceImageLinks';
import { findVisible } from './find';

export interface ResultDeps {
  readonly records: Pick<Records, 'requests'>;
  readonly files: Pick<FileStore, 'openResult'>;
  readonly config: Pick<Config, 'STORAGE_LINKS'>;
  readonly imageLinks: ImageLinks;
}

export interface Result {
  readonly stream: Readable;
  /** Bytes in the stream; `null`: not known before all links are replaced. */
  readonly size: number | null;
  /** What a downloaded copy is called: the uploaded file's name with the kind. */
  readonly fileName: string;
}

/**
 * Opens the output CSV of a finished request, or the CSV of its failed rows. It is stored with links through the API;
 * other links are put in their place here, so that they are those of today's settings, and fresh when they expire.
 *
 * @throws Refusal `not_found`, `not_finished`
 */
export async function openResult(
  { records, files, config, imageLinks }: ResultDeps,
  requestId: string,
  kind: ResultKind,
): Promise<Result> {
  const record = await findVisible(records, requestId);
  if (!isFinished(record.state)) {
    throw new Refusal(
      'not_finished',
      'Expected a finished request, received one still running; ask for its status and come back',
    );
  }
  const file = await files.openResult(record._id, record.round, kind);
  if (file === null) throw new Refusal('not_found', 'The result of this request is gone');
  const fileName = `${path.parse(record.file_name).name}-${kind}.csv`;
  // The links of failed rows are those of the upload.
  if (kind === 'failed' || config.STORAGE_LINKS === 'api') return { ...file, fileName };
  const stream = replaceImageLinks(file.stream, record._id, imageLinks);
  // What fails from the beginning is an error of the call, and not an answer that breaks off.
  await once(stream, 'readable');
  return { stream, size: null, fileName };
}
