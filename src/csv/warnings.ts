import type { Sheet, SheetRow } from './read';
import { normalized } from './header';
import { beginsWithLink } from './links';
import { excerpt } from './excerpt';
import { ERRORS_COLUMN, OUTPUT_COLUMN } from './write';

export interface WarningCollector {
  add(row: SheetRow): void;
  /** Returns one sentence for each kind of warning. */
  list(): string[];
}

/** Columns that the service writes: their content needs no warning. */
const OWN_COLUMNS = [OUTPUT_COLUMN, ERRORS_COLUMN].map(normalized);

const GUESSED =
  'The file is not UTF-8 and was read as Windows-1252, which is a guess; if characters are wrong, ' +
  'upload it again with its encoding in the field "encoding"';

/** Collects warnings about the file: what was read, but possibly not as it was meant. */
export function createWarnings({
  columns,
  link_columns,
  encodingIsGuess,
}: Sheet): WarningCollector {
  const withText = createRowCounter();
  const quotedLines = createRowCounter();
  const otherDelimiters = createRowCounter();
  const unread = columns
    .map((name, column) => ({ name, column, filled: 0, links: 0 }))
    .filter(
      ({ name, column }) =>
        !link_columns.includes(column) && !OWN_COLUMNS.includes(normalized(name)),
    );

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
        if (beginsWithLink(cell)) counts.links += 1;
      }
    },
    list: () => [
      ...(encodingIsGuess ? [GUESSED] : []),
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
