import { DEFAULT_SHEET_OPTIONS, type SheetOptions } from '../../contract/sheets';
import { chooseEncoding } from '../../sheet/encoding';
import { createRowReader, type SheetRow } from '../../sheet/rows';
import { HEADER_WITHIN, readSheet, type Sheet } from '../../sheet/sheet';
import type { TextFindings } from '../../sheet/textFindings';
import { inspectText } from './inspectText';
import { hasOddQuotes, readText, type TextSource } from './text';

/**
 * Reads the header of a CSV file.
 *
 * @param found what was found while the file was received; by default, the file is inspected here
 * @throws Refusal when the file is not a CSV, its encoding is unclear, or its header has no column of links
 */
export async function openSheet(
  file: string,
  { encoding, ...options }: SheetOptions = DEFAULT_SHEET_OPTIONS,
  found?: TextFindings,
): Promise<Sheet> {
  const findings = found ?? (await inspectText(file));
  const encoded = chooseEncoding(findings, encoding);
  let beginning = '';
  for await (const text of readText(file, encoded)) {
    beginning += text;
    if (beginning.length >= HEADER_WITHIN) break;
  }
  const isCut = beginning.length >= HEADER_WITHIN;
  const isOdd = await hasOddQuotes(file, encoded, findings);
  return readSheet({ ...encoded, text: beginning, isCut, hasOddQuotes: isOdd }, options);
}

/**
 * Streams the rows below the header, in order. Memory does not grow with the file.
 *
 * @param source the same bytes that `openSheet` read
 * @throws Refusal when a later part of the file shows that it is not a CSV in the encoding
 */
export async function* readRows(source: TextSource, sheet: Sheet): AsyncGenerator<SheetRow> {
  const reader = createRowReader(sheet);
  for await (const text of readText(source, sheet)) {
    // Not `yield*`: it would await each row once more.
    for (const row of reader.add(text)) yield row;
  }
  for (const row of reader.end()) yield row;
}
