import { Refusal } from '../contract/refusal';
import type { RowErrorCode } from '../contract/errorCodes';
import { DEFAULT_SHEET_OPTIONS } from '../contract/sheets';
import { decodeBeginning } from './beginning';
import type { Delimiter } from './delimiters';
import { UnknownColumns } from './headerRefusals';
import { platformOf } from './linkColumns';
import { createRowReader, type SheetRow } from './rows';
import { readSheet, type Beginning, type Sheet } from './sheet';
import { createValidation } from './validation';

export interface PreviewOptions {
  /** In bytes. */
  readonly fileSize: number;
  /** Names of the link columns; by default, they are found by known names. */
  readonly linkColumns?: readonly string[] | undefined;
  readonly baseUrl?: string | undefined;
  /** The label of an encoding, or `auto`. */
  readonly encoding?: string | undefined;
}

export interface PreviewRow {
  readonly number: number;
  readonly cells: readonly string[];
  readonly links: readonly { readonly url: string }[];
  readonly errors: readonly { readonly code: RowErrorCode; readonly message: string }[];
}

/** How a file will be read. What a refusal left unknown is `null` or empty. */
export interface SheetPreview {
  readonly encoding: string | null;
  readonly delimiter: Delimiter | null;
  /** When no link column was found: the cells of the line that looks most like a header. */
  readonly columns: readonly string[];
  readonly linkColumns: readonly string[];
  /** The shop system, marketplace or tool whose export it looks like. */
  readonly platform?: string;
  readonly rows: readonly PreviewRow[];
  /** Exact when the head is the whole file. */
  readonly estimatedRows: number;
  readonly warnings: readonly string[];
  /** Why an upload of the file would be refused, as far as the head shows. */
  readonly refusal: { readonly message: string } | null;
}

const SHOWN_ROWS = 20;

const NOTHING: SheetPreview = {
  encoding: null,
  delimiter: null,
  columns: [],
  linkColumns: [],
  rows: [],
  estimatedRows: 0,
  warnings: [],
  refusal: null,
};

/**
 * Reads the first bytes of a file as the server reads the whole. A record that is cut at the end of the head is left
 * out.
 *
 * @param head the whole file, or at least so much that the header is in it
 */
export function previewSheet(head: Uint8Array, options: PreviewOptions): SheetPreview {
  const { fileSize, linkColumns = null, baseUrl = null, encoding = 'auto' } = options;
  let known = NOTHING;
  try {
    const beginning = decodeBeginning(head, head.length < fileSize, encoding);
    known = { ...known, encoding: beginning.encoding };
    const { output } = DEFAULT_SHEET_OPTIONS;
    const sheet = readSheet(beginning, { link_columns: linkColumns, base_url: baseUrl, output });
    known = { ...known, ...aboutHeader(sheet) };
    return { ...known, ...readShown(beginning, sheet, fileSize / head.length) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const header = error instanceof UnknownColumns ? error.header : null;
    return {
      ...known,
      ...(header === null ? {} : { delimiter: header.delimiter, columns: header.cells }),
      refusal: { message: error.message },
    };
  }
}

function aboutHeader({ columns, link_columns, delimiter }: Sheet): Partial<SheetPreview> {
  const platform = platformOf(columns);
  return {
    delimiter,
    columns,
    linkColumns: link_columns.map((column) => columns[column] ?? ''),
    ...(platform === null ? {} : { platform }),
  };
}

/** @param heads how many times as large as its head the file is */
function readShown(
  { text, isCut }: Beginning,
  sheet: Sheet,
  heads: number,
): Pick<SheetPreview, 'rows' | 'estimatedRows' | 'warnings' | 'refusal'> {
  const validation = createValidation(sheet, { strict: false, maxImages: Infinity });
  const shown: PreviewRow[] = [];
  let refusal: SheetPreview['refusal'] = null;
  try {
    for (const row of readAll(text, isCut, sheet)) {
      validation.add(row);
      if (shown.length < SHOWN_ROWS) shown.push(previewOf(row));
    }
    if (!isCut) validation.requireAcceptable();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = { message: error.message };
  }
  const { rows, warnings } = validation.findings();
  const charactersOfRows = Math.max(text.length - sheet.end, 1);
  const estimatedRows = isCut
    ? Math.round((rows * (text.length * heads - sheet.end)) / charactersOfRows)
    : rows;
  return { rows: shown, estimatedRows, warnings, refusal };
}

function* readAll(text: string, isCut: boolean, sheet: Sheet): Generator<SheetRow> {
  const reader = createRowReader(sheet);
  yield* reader.add(text);
  if (!isCut) yield* reader.end();
}

function previewOf({ number, cells, links, error }: SheetRow): PreviewRow {
  return {
    number,
    cells,
    links: links.map((url) => ({ url })),
    errors: error === null ? [] : [error],
  };
}
