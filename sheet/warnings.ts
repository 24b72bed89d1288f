import type { SheetRow } from './rows';
import type { Sheet } from './sheet';
import { isImageFileName } from './imageFileNames';
import { beginsWithLink } from './links';
import { excerpt } from './excerpt';
import { isOwnColumn } from './columnNames';

export interface WarningCollector {
  add(row: SheetRow): void;
  /** Returns one sentence for each kind of warning. */
  list(): string[];
}

const GUESSED =
  'The file is not UTF-8 and was read as Windows-1252, which is a guess; if characters are wrong, ' +
  'upload it again with its encoding in the field "encoding"';

/** Collects warnings about the file: what was read, but possibly not as it was meant. */
export function createWarnings(sheet: Sheet): WarningCollector {
  const { columns, link_columns, mayLackLinks, preamble, encodingIsGuess } = sheet;
  const withText = createRowCounter();
  const quotedLines = createRowCounter();
  const otherDelimiters = createRowCounter();
  const unread = columns
    .map((name, column) => ({ name, column, filled: 0, links: 0 }))
    .filter(({ name, column }) => !link_columns.includes(column) && !isOwnColumn(name));

  return {
    add({ number, cells, texts, oddity }) {
      const [text] = texts;
      if (text !== undefined) withText.add(number, text);
      if (oddity === 'quoted_line') quotedLines.add(number);
      if (oddity === 'other_delimiter') otherDelimiters.add(number);
      for (const counts of unread) {
        const cell = cells[counts.column] ?? '';
        if (cell === '') continue;
        counts.filled += 1;
        // Exports also link to pages, and who names the columns has chosen them.
        if (beginsWithLink(cell) && (!mayLackLinks || isImageFileName(cell))) counts.links += 1;
      }
    },
    list: () => [
      ...(encodingIsGuess ? [GUESSED] : []),
      ...aboveHeader(preamble),
      ...unread
        .filter(({ filled, links }) => links > filled / 2)
        .map(({ name }) => `Column ${excerpt(name)} appears to contain links but was not read`),
      ...withText.toSentences(
        (rows, text) => `Text beside links was ignored in ${rows}: ${excerpt(text)}`,
      ),
      ...quotedLines.toSentences(
        (rows) => `Whole lines in quotes were split into cells in ${rows}`,
      ),
      ...otherDelimiters.toSentences(
        (rows) => `A delimiter other than the header's was used in ${rows}`,
      ),
    ],
  };
}

/** Says which lines above the header were not read. */
function aboveHeader(preamble: string): string[] {
  const lines = preamble.split(/\r\n|\r|\n/).slice(0, -1);
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const [count, were] = lines.length === 1 ? ['1 line', 'was'] : [`${lines.length} lines`, 'were'];
  return lines.length === 0
    ? []
    : [`${count} above the header ${were} kept, but not read: ${excerpt(first)}`];
}

/** Counts the rows with a warning, and keeps the first. */
function createRowCounter() {
  let rows = 0;
  let first = { number: 0, text: '' };
  return {
    add(number: number, text = ''): void {
      if (rows === 0) first = { number, text };
      rows += 1;
    },
    toSentences: (sentence: (rows: string, text: string) => string): string[] => {
      const others = rows === 1 ? '' : ` and ${rows - 1} more`;
      return rows === 0 ? [] : [sentence(`row ${first.number}${others}`, first.text)];
    },
  };
}
