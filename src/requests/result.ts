import path from 'node:path';
import { isFinished } from '../../contract/statuses';
import { Refusal } from '../errors';
import type { Records } from '../records/open';
import type { FileStore, ResultKind, StoredFile } from '../storage/fileStore';
import { findVisible } from './find';

export interface ResultDeps {
  readonly records: Pick<Records, 'requests'>;
  readonly files: Pick<FileStore, 'openResult'>;
}

export interface Result extends StoredFile {
  /** What a downloaded copy is called: the uploaded file's name with the kind. */
  readonly fileName: string;
}

/**
 * Opens the output CSV of a finished request, or the CSV of its failed rows.
 *
 * @throws Refusal `not_found`, `not_finished`
 */
export async function openResult(
  { records, files }: ResultDeps,
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
  return { ...file, fileName: `${path.parse(record.file_name).name}-${kind}.csv` };
}
