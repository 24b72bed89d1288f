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
  /** Bytes in the stream; `null` if links are replaced while it is read. */
  readonly size: number | null;
  /** What a downloaded copy is called: the uploaded file's name with the kind. */
  readonly fileName: string;
}

/**
 * Opens the output CSV of a finished request, or the CSV of its failed rows. The stored file has links through the API.
 * Links of another kind replace them here, so that they follow the current settings and presigned ones are fresh.
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
  // If the first link cannot be made, the call fails, rather than its answer breaking off.
  await once(stream, 'readable');
  return { stream, size: null, fileName };
}
