import { Refusal } from '../contract/refusal';
import { DEFAULT_SHEET_OPTIONS } from '../contract/sheets';
import { decodeBeginning } from './beginning';
import type { Delimiter } from './delimiters';
import { UnknownColumns } from './headerRefusals';
import { platformOf } from './linkColumns';
import { strictErrorOf, type RowError } from './row';
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
  /** Refuses a file with any bad row. */
  readonly strict?: boolean | undefined;
}

export interface PreviewRow {
  readonly number: number;
  readonly cells: readonly string[];
  readonly links: readonly { readonly url: string }[];
  readonly errors: readonly RowError[];
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
  /** The first rows. */
  readonly rows: readonly PreviewRow[];
  /** The first bad rows behind {@link rows}. */
  readonly laterBadRows: readonly PreviewRow[];
  /** In the head. */
  readonly badRows: number;
  readonly readRows: number;
  /** Exact when the head is the whole file. */
  readonly estimatedRows: number;
  /** Occurrences of links, likewise. */
  readonly estimatedLinks: number;
  readonly warnings: readonly string[];
  /** Why an upload of the file would be refused, as far as the head shows. */
  readonly refusal: PreviewRefusal | null;
}

export type PreviewRefusal = Pick<Refusal, 'code' | 'message' | 'faults'>;

type ReadRows = Pick<
  SheetPreview,
  | 'rows'
  | 'laterBadRows'
  | 'badRows'
  | 'readRows'
  | 'estimatedRows'
  | 'estimatedLinks'
  | 'warnings'
  | 'refusal'
>;

const SHOWN_ROWS = 20;

const NOTHING: SheetPreview = {
  encoding: null,
  delimiter: null,
  columns: [],
  linkColumns: [],
  rows: [],
  laterBadRows: [],
  badRows: 0,
  readRows: 0,
  estimatedRows: 0,
  estimatedLinks: 0,
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
  const { strict = false } = options;
  let known = NOTHING;
  try {
    const beginning = decodeBeginning(head, head.length < fileSize, encoding);
    known = { ...known, encoding: beginning.encoding };
    const { output } = DEFAULT_SHEET_OPTIONS;
    const sheet = readSheet(beginning, { link_columns: linkColumns, base_url: baseUrl, output });
    known = { ...known, ...aboutHeader(sheet) };
    return { ...known, ...readShown(beginning, sheet, { heads: fileSize / head.length, strict }) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const header = error instanceof UnknownColumns ? error.header : null;
    return {
      ...known,
      ...(header === null ? {} : { delimiter: header.delimiter, columns: header.cells }),
      refusal: aboutRefusal(error),
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

interface Reading {
  /** How many times as large as its head the file is. */
  readonly heads: number;
  readonly strict: boolean;
}

function readShown({ text, isCut }: Beginning, sheet: Sheet, { heads, strict }: Reading): ReadRows {
  const validation = createValidation(sheet, { strict, maxImages: Infinity });
  const rows: PreviewRow[] = [];
  const laterBadRows: PreviewRow[] = [];
  let badRows = 0;
  let refusal: PreviewRefusal | null = null;
  try {
    for (const row of readAll(text, isCut, sheet)) {
      validation.add(row);
      const error = strict ? strictErrorOf(row) : row.error;
      if (error !== null) badRows += 1;
      if (rows.length < SHOWN_ROWS) rows.push(previewOf(row, error));
      else if (error !== null && laterBadRows.length < SHOWN_ROWS) {
        laterBadRows.push(previewOf(row, error));
      }
    }
    if (!isCut || (strict && badRows > 0)) validation.requireAcceptable();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = aboutRefusal(error);
  }
  const { rows: readRows, links, warnings } = validation.findings();
  const charactersOfRows = Math.max(text.length - sheet.end, 1);
  const parts = isCut ? (text.length * heads - sheet.end) / charactersOfRows : 1;
  return {
    rows,
    laterBadRows,
    badRows,
    readRows,
    estimatedRows: Math.round(readRows * parts),
    estimatedLinks: Math.round(links * parts),
    warnings,
    refusal,
  };
}

function* readAll(text: string, isCut: boolean, sheet: Sheet): Generator<SheetRow> {
  const reader = createRowReader(sheet);
  yield* reader.add(text);
  if (!isCut) yield* reader.end();
}

function previewOf({ number, cells, links }: SheetRow, error: RowError | null): PreviewRow {
  return {
    number,
    cells,
    links: links.map((url) => ({ url })),
    errors: error === null ? [] : [error],
  };
}

function aboutRefusal({ code, message, faults }: Refusal): PreviewRefusal {
  return { code, message, faults };
}
