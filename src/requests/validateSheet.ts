import type { SheetOptions } from '../../contract/sheets';
import type { Sheet } from '../../sheet/sheet';
import type { TextFindings } from '../../sheet/textFindings';
import {
  createValidation,
  type SheetFindings,
  type ValidationOptions,
} from '../../sheet/validation';
import { openSheet, readRows } from '../csv/read';

/** What reading an upload once found, before anything is recorded. */
export interface ValidatedSheet extends SheetFindings {
  readonly sheet: Sheet;
}

/**
 * Reads an upload once, before anything is recorded.
 *
 * @param found what was found while the file was received, if it was
 * @throws Refusal when the file cannot be accepted
 */
export async function validateSheet(
  file: string,
  { strict, maxImages, ...options }: SheetOptions & ValidationOptions,
  found?: TextFindings,
): Promise<ValidatedSheet> {
  const sheet = await openSheet(file, options, found);
  const validation = createValidation(sheet, { strict, maxImages });
  for await (const row of readRows(file, sheet)) validation.add(row);
  validation.requireAcceptable();
  return { sheet, ...validation.findings() };
}
