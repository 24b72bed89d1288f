import type { UploadFields } from '../../contract/http/uploads';
import { Refusal } from '../../contract/refusal';
import { parseWebUrl } from '../../contract/webUrl';
import { readColumnNames } from '../../sheet/columnNames';
import { isNamedCsv } from '../../sheet/fileKind';
import { previewSheet, type PreviewRefusal, type SheetPreview } from '../../sheet/preview';
import { notCsv } from '../../sheet/textFindings';

/** Loaded only when a file is chosen: it brings all that reads a CSV. */

/** Enough for a header and some hundred rows. */
const HEAD_BYTES = 256 * 1024;

/** What is used of a `File`. */
export interface ChosenFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** What a preview shows; without a refusal, it is how the service will read the file. */
export type FilePreview =
  | { readonly sheet: SheetPreview }
  /** Nothing of the file can be shown. */
  | { readonly refusal: PreviewRefusal };

/**
 * Reads the beginning of a file as the service will read it.
 *
 * @throws when the browser cannot read the file: it was moved or changed, or is a folder
 */
export async function previewFile(file: ChosenFile, fields: UploadFields): Promise<FilePreview> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  try {
    if (!isNamedCsv(file.name, file.type)) throw notCsv();
    const { link_columns, base_url = '', encoding, strict } = fields;
    const sheet = previewSheet(head, {
      fileSize: file.size,
      linkColumns: link_columns === undefined ? undefined : readColumnNames(link_columns),
      // While it is being typed it is no URL.
      baseUrl: parseWebUrl(base_url) === null ? undefined : base_url,
      encoding,
      strict: String(strict) === 'true',
    });
    return { sheet };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refusal: error };
  }
}
