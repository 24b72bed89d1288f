import type { Output } from '../../contract/sheets';
import { readLinks } from '../../sheet/links';
import { replaceLinks } from './replaceLinks';
import {
  failedHeader,
  failedRow,
  formatRecord,
  resultHeader,
  resultRow,
  type RecordFormat,
} from './write';

const BYTE_ORDER_MARK = '\uFEFF';

/** How the text of a CSV file is written, apart from its records. */
export interface Dialect {
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly hasMark: boolean;
  /** What stands above the header, with its line ends. */
  readonly preamble: string;
}

export interface ResultOptions {
  readonly columns: readonly string[];
  readonly linkColumns: readonly number[];
  readonly dialect: Dialect;
  readonly output: Output;
  /** Only for `append`: a sheet with replaced links is imported again, with its content unchanged. */
  readonly escapeFormulas: boolean;
}

/** Formats the two files of a request part by part, in the dialect of the upload. */
export interface ResultSheet {
  /** What stands above the rows, with the header. */
  readonly resultHead: string;
  readonly failedHead: string;
  /** @param outputs in the order of the row's links; `null` for a link without an output */
  resultRow(cells: readonly string[], outputs: readonly (string | null)[]): string;
  /** A row with its original links. */
  failedRow(cells: readonly string[], errors: string): string;
}

export function createResultSheet(options: ResultOptions): ResultSheet {
  const { columns, dialect, output } = options;
  const { delimiter, lineEnd, hasMark, preamble } = dialect;
  const isAppend = output === 'append';
  const format: RecordFormat = {
    delimiter,
    lineEnd,
    quoteSeparators: isAppend,
    escapeFormulas: isAppend && options.escapeFormulas,
  };
  const head = (names: readonly string[]) =>
    (hasMark ? BYTE_ORDER_MARK : '') +
    preamble +
    // The delimiter of an upload is found by its header: another separator must not look like it.
    formatRecord(names, { ...format, quoteSeparators: true });

  return {
    resultHead: head(isAppend ? resultHeader(columns) : columns),
    failedHead: head(failedHeader(columns)),
    resultRow: (cells, outputs) =>
      formatRecord(
        isAppend ? resultRow(columns, cells, outputs) : replacedCells(cells, outputs, options),
        format,
      ),
    failedRow: (cells, errors) => formatRecord(failedRow(columns, cells, errors), format),
  };
}

/** Replaces the links of a row. The outputs are those of all link columns, from left to right. */
function replacedCells(
  cells: readonly string[],
  outputs: readonly (string | null)[],
  { linkColumns }: ResultOptions,
): string[] {
  const replaced = [...cells];
  // A row that failed as a whole has no outputs.
  if (outputs.length === 0) return replaced;
  let at = 0;
  for (const column of linkColumns) {
    const cell = cells[column] ?? '';
    const { links } = readLinks(cell);
    replaced[column] = replaceLinks(cell, outputs.slice(at, at + links.length));
    at += links.length;
  }
  // Another version recorded the row, and read its cells differently: no link may get the output of another.
  return at === outputs.length ? replaced : [...cells];
}
