import { isCellEnd, QUOTE, skipBlanks } from './quotes';

export interface LenientCells {
  readonly cells: string[];
  /** A cell begins with a quote that no other quote closes. */
  readonly hasOpenQuote: boolean;
}

/**
 * Splits a line or a record into cells, and accepts quotes anywhere.
 *
 * @param innerQuotes how to read a quote inside a quoted cell. `text`: only a quote at the end of a cell closes it
 * (`"24" screen"` contains an inch mark). `invalid`: the cell is not a quoted one (`"Vintage" mug`)
 */
export function readLenientCells(
  line: string,
  delimiter: string,
  innerQuotes: 'text' | 'invalid',
): LenientCells {
  const cells: string[] = [];
  let unclosed = 0;
  let hasOpenQuote = false;
  let at = 0;
  for (;;) {
    const first = skipBlanks(line, at);
    const isQuoted = line.charAt(first) === QUOTE && unclosed < MAX_UNCLOSED;
    const close = isQuoted ? findClose(line, first, delimiter, innerQuotes) : -1;
    if (isQuoted && close === -1) unclosed += 1;
    const next = close === -1 ? line.indexOf(delimiter, at) : skipBlanks(line, close + 1);
    const end = next === -1 ? line.length : next;
    const text = close === -1 ? line.slice(at, end) : line.slice(first + 1, close);
    if (isQuoted && close === -1 && text.split(QUOTE).length % 2 === 0) hasOpenQuote = true;
    cells.push(close === -1 ? text : text.replaceAll('""', '"'));
    if (end >= line.length) return { cells, hasOpenQuote };
    at = end + 1;
  }
}

/** Every unclosed quote costs a scan to the end of the line: a million of them would take hours. */
const MAX_UNCLOSED = 16;

function findClose(
  line: string,
  open: number,
  delimiter: string,
  innerQuotes: 'text' | 'invalid',
): number {
  let quote = line.indexOf(QUOTE, open + 1);
  while (quote !== -1) {
    if (isCellEnd(line.charAt(skipBlanks(line, quote + 1)), delimiter)) return quote;
    const isDoubled = line.charAt(quote + 1) === QUOTE;
    if (!isDoubled && innerQuotes === 'invalid') return -1;
    quote = line.indexOf(QUOTE, quote + (isDoubled ? 2 : 1));
  }
  return -1;
}
