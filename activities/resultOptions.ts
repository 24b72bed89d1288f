import type { Dialect, ResultOptions } from '../src/csv/resultSheet';
import type { RequestRecord } from '../src/records/types';

/** The dialect of every result of older versions, whose records do not have the one of the upload. */
const FORMER_DIALECT: Dialect = { delimiter: ',', lineEnd: '\r\n', hasMark: false, preamble: '' };

/** How the files of a request are written. */
export function resultOptionsOf(
  { columns, sheet }: RequestRecord,
  escapeFormulas: boolean,
): ResultOptions {
  return {
    columns,
    linkColumns: sheet?.link_columns ?? [],
    dialect: dialectOf(sheet),
    output: sheet?.output ?? 'append',
    escapeFormulas,
  };
}

/** The dialect of the upload. The result is UTF-8: a mark says so where the upload was not, or had one itself. */
function dialectOf(sheet: RequestRecord['sheet']): Dialect {
  if (sheet?.line_end === undefined) return FORMER_DIALECT;
  const { delimiter, line_end: lineEnd, encoding, has_mark = false, preamble = '' } = sheet;
  return { delimiter, lineEnd, hasMark: has_mark || encoding !== 'utf-8', preamble };
}
