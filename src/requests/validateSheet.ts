import { Refusal, type Fault } from '../errors';
import { openSheet, readRows, type Sheet } from '../csv/read';
import type { SheetOptions } from '../../contract/sheets';
import { strictErrorOf } from '../csv/row';
import { excerpt } from '../csv/excerpt';
import type { TextFindings } from '../csv/textFindings';
import { createWarnings } from '../csv/warnings';

/** What reading an upload once found, before anything is recorded. */
export interface ValidatedSheet {
  readonly sheet: Sheet;
  /** Sentences for a person; see `createWarnings`. */
  readonly warnings: readonly string[];
  readonly rows: number;
  /** Rows without a usable link. */
  readonly badRows: number;
  /** Occurrences of links. */
  readonly links: number;
}

/** Enough to fix a file by, few enough to read. */
const MAX_FAULTS = 100;

/**
 * Reads an upload once, before anything is recorded.
 *
 * @param found what was found while the file was received, if it was
 * @throws Refusal when the file cannot be accepted
 */
export async function validateSheet(
  file: string,
  { strict, maxImages, ...options }: SheetOptions & { strict: boolean; maxImages: number },
  found?: TextFindings,
): Promise<ValidatedSheet> {
  const sheet = await openSheet(file, options, found);
  const warnings = createWarnings(sheet);
  const faults: Fault[] = [];
  let rows = 0;
  let badRows = 0;
  let links = 0;
  for await (const row of readRows(file, sheet)) {
    rows += 1;
    links += row.links.length;
    if (row.error !== null) badRows += 1;
    warnings.add(row);
    if (links > maxImages) {
      throw new Refusal(
        'invalid',
        `Expected at most ${maxImages} images in one request, received more by row ${row.number}; ` +
          'split the file, or raise MAX_IMAGES_PER_REQUEST',
      );
    }
    const error = strict ? strictErrorOf(row) : row.error;
    if (error === null) continue;
    if (faults.length < MAX_FAULTS) {
      const loc = ['body', 'file', `row ${row.number}`];
      faults.push({ loc, msg: error.message, type: error.code });
    }
  }
  if (rows === 0) {
    throw new Refusal('invalid', 'Expected rows below the header, received none; add a product');
  }
  if (links === 0 && faults.length === 0) throw noLinks(sheet);
  if (links === 0 || (strict && faults.length > 0)) {
    throw new Refusal('invalid', 'The file has rows that cannot be used', faults);
  }
  return { sheet, warnings: warnings.list(), rows, badRows, links };
}

/** Every row is one that needs no link. */
function noLinks({ columns, link_columns }: Sheet): Refusal {
  const names = link_columns.map((column) => excerpt(columns[column] ?? '')).join(', ');
  const message = `Expected at least one link under ${names}, received none; add links`;
  return new Refusal('invalid', message, [
    { loc: ['body', 'file'], msg: message, type: 'no_links' },
  ]);
}
