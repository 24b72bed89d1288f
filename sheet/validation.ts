import { Refusal, type Fault } from '../contract/refusal';
import { excerpt } from './excerpt';
import { strictErrorOf } from './row';
import type { SheetRow } from './rows';
import type { Sheet } from './sheet';
import { createWarnings } from './warnings';

/** What reading all rows of a sheet found. */
export interface SheetFindings {
  /** Sentences for a person; see `createWarnings`. */
  readonly warnings: readonly string[];
  readonly rows: number;
  /** Rows without a usable link. */
  readonly badRows: number;
  /** Occurrences of links. */
  readonly links: number;
}

export interface ValidationOptions {
  /** Refuses a sheet with any bad row. */
  readonly strict: boolean;
  readonly maxImages: number;
}

interface Validation {
  /** @throws Refusal when there are too many links */
  add(row: SheetRow): void;
  /** Returns what was found in the rows so far. */
  findings(): SheetFindings;
  /** @throws Refusal when the rows, which are all of the sheet, cannot be accepted */
  requireAcceptable(): void;
}

/** Enough to fix a file by, few enough to read. */
const MAX_FAULTS = 100;

/** Validates the rows of a sheet, one after another. */
export function createValidation(
  sheet: Sheet,
  { strict, maxImages }: ValidationOptions,
): Validation {
  const warnings = createWarnings(sheet);
  const faults: Fault[] = [];
  let rows = 0;
  let badRows = 0;
  let links = 0;
  return {
    add(row) {
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
      if (error !== null && faults.length < MAX_FAULTS) {
        const loc = ['body', 'file', `row ${row.number}`];
        faults.push({ loc, msg: error.message, type: error.code });
      }
    },
    findings: () => ({ warnings: warnings.list(), rows, badRows, links }),
    requireAcceptable() {
      if (rows === 0) {
        throw new Refusal(
          'invalid',
          'Expected rows below the header, received none; add a product',
        );
      }
      if (links === 0 && faults.length === 0) throw noLinks(sheet);
      if (links === 0 || (strict && faults.length > 0)) {
        throw new Refusal('invalid', 'The file has rows that cannot be used', faults);
      }
    },
  };
}

/** Every row is one that needs no link. */
function noLinks({ columns, link_columns }: Sheet): Refusal {
  const names = link_columns.map((column) => excerpt(columns[column] ?? '')).join(', ');
  const message = `Expected at least one link under ${names}, received none; add links`;
  return new Refusal('invalid', message, [
    { loc: ['body', 'file'], msg: message, type: 'no_links' },
  ]);
}
