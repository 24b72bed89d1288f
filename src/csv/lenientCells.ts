import { isCellEnd, QUOTE, skipBlanks } from './quotes';

export interface LenientCells {
  readonly cells: string[];
  /** A cell begins with a quote, and no other one goes with it. */
  readonly hasOpenQuote: boolean;
}

/**
 * The cells of a line, or of a record, whose quotes may stand anywhere.
 *
 * @param inner what a quote within a quoted cell is: `text`, so that only one in front of a cell's end closes
 * (`"24" screen"` holds an inch mark); or `fault`, so that the cell was none in quotes (`"Vintage" mug`)
 */
export function readLenientCells(
  line: string,
  delimiter: string,
  inner: 'text' | 'fault',
): LenientCells {
  const cells: string[] = [];
  let failed = 0;
  let hasOpenQuote = false;
  let at = 0;
  for (;;) {
    const first = skipBlanks(line, at);
    const isQuoted = line.charAt(first) === QUOTE && failed < MAX_FAILED;
    const close = isQuoted ? findClose(line, first, delimiter, inner) : -1;
    if (isQuoted && close === -1) failed += 1;
    const next = close === -1 ? line.indexOf(delimiter, at) : skipBlanks(line, close + 1);
    const end = next === -1 ? line.length : next;
    const text = close === -1 ? line.slice(at, end) : line.slice(first + 1, close);
    if (isQuoted && close === -1 && text.split(QUOTE).length % 2 === 0) hasOpenQuote = true;
    cells.push(close === -1 ? text : text.replaceAll('""', '"'));
    if (end >= line.length) return { cells, hasOpenQuote };
    at = end + 1;
  }
}

/** Each quote that opens and is closed nowhere is looked after to the line's end: a million of them would take hours. */
const MAX_FAILED = 16;

function findClose(line: string, open: number, delimiter: string, inner: 'text' | 'fault'): number {
  let quote = line.indexOf(QUOTE, open + 1);
  while (quote !== -1) {
    if (isCellEnd(line.charAt(skipBlanks(line, quote + 1)), delimiter)) return quote;
    const isDoubled = line.charAt(quote + 1) === QUOTE;
    if (!isDoubled && inner === 'fault') return -1;
    quote = line.indexOf(QUOTE, quote + (isDoubled ? 2 : 1));
  }
  return -1;
}
