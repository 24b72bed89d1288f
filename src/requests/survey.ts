import { Refusal, type Fault } from '../errors';
import { openSheet, readRows, type Sheet } from '../csv/read';

/** What an upload holds, found by reading it once before anything is recorded. */
export interface Survey {
  readonly sheet: Sheet;
  readonly rows: number;
  readonly badRows: number;
  /** Places in the sheet: every link of every good row. */
  readonly links: number;
}

/** Enough to mend a sheet by, few enough to read. */
const MAX_FAULTS = 100;

/** @throws Refusal when the file is not to be accepted; nothing has been recorded by then */
export async function surveySheet(
  file: string,
  { strict, maxImages }: { strict: boolean; maxImages: number },
): Promise<Survey> {
  const sheet = await openSheet(file);
  const faults: Fault[] = [];
  let rows = 0;
  let badRows = 0;
  let links = 0;
  for await (const row of readRows(file, sheet)) {
    rows += 1;
    links += row.links.length;
    if (links > maxImages) {
      throw new Refusal(
        'invalid',
        `Expected at most ${maxImages} images in one request, received more by row ${row.number}; ` +
          'split the file, or raise MAX_IMAGES_PER_REQUEST',
      );
    }
    if (row.error === null) continue;
    badRows += 1;
    if (faults.length < MAX_FAULTS) {
      const loc = ['body', 'file', `row ${row.number}`];
      faults.push({ loc, msg: row.error.message, type: row.error.code });
    }
  }
  if (rows === 0) {
    throw new Refusal('invalid', 'Expected rows below the header, received none; add a product');
  }
  if (links === 0 || (strict && badRows > 0)) {
    throw new Refusal('invalid', 'The file has rows that cannot be used', faults);
  }
  return { sheet, rows, badRows, links };
}
