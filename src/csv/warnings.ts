import type { Sheet, SheetRow } from './read';
import { normalized } from './header';
import { beginsWithLink } from './links';
import { shown } from './shown';
import { ERRORS_COLUMN, OUTPUT_COLUMN } from './write';

export interface WarningCollector {
  add(row: SheetRow): void;
  /** A sentence for each kind of thing that was noticed, for a person. */
  list(): string[];
}

/** Columns that we write ourselves: what is in them was read, or told, before. */
const OWN_COLUMNS = [OUTPUT_COLUMN, ERRORS_COLUMN].map(normalized);

/** Collects what a person should know of a sheet that was read, though nothing of it is an error. */
export function createWarnings({ columns, link_columns }: Sheet): WarningCollector {
  const withText = createOccurrences();
  const quotedLines = createOccurrences();
  const otherDelimiters = createOccurrences();
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
      ...unread
        .filter(({ filled, links }) => links > filled / 2)
        .map(({ name }) => `Column ${shown(name)} looks like links and was not read`),
      ...withText.told((rows, text) => `Text beside links was ignored in ${rows}: ${shown(text)}`),
      ...quotedLines.told((rows) => `Whole lines in quotes were split into cells in ${rows}`),
      ...otherDelimiters.told((rows) => `Another delimiter than the header's was read in ${rows}`),
    ],
  };
}

/** Counts the rows in which something was met, and keeps the first. */
function createOccurrences() {
  let rows = 0;
  let first = { number: 0, text: '' };
  return {
    add(number: number, text = ''): void {
      if (rows === 0) first = { number, text };
      rows += 1;
    },
    told: (sentence: (rows: string, text: string) => string): string[] => {
      const others = rows === 1 ? '' : ` and ${rows - 1} more`;
      return rows === 0 ? [] : [sentence(`row ${first.number}${others}`, first.text)];
    },
  };
}
