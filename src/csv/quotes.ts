/** Where the record ends that begins somewhere in a text, and whether its quotes are where RFC 4180 has them. */
export type RecordEnd =
  | {
      readonly kind: 'whole';
      /** Behind its line break, or the text's end. */
      readonly end: number;
      /** Blanks stand between a quote and the delimiter beside it, as some programs write them. */
      readonly isSpaced: boolean;
    }
  /** The text ends within a quoted cell, which begins at `quote`. */
  | { readonly kind: 'open'; readonly quote: number }
  /** The quote at `quote` neither opens nor closes a whole cell. */
  | { readonly kind: 'irregular'; readonly quote: number };

const QUOTE = '"';

/** @param start where a record begins */
export function findRecordEnd(text: string, start: number, delimiter: string): RecordEnd {
  const stop = stopAt(delimiter);
  let isSpaced = false;
  for (let at = start; ; at += 1) {
    const first = skipBlanks(text, at);
    if (text.charAt(first) === QUOTE) {
      const close = findClosingQuote(text, first);
      if (close === -1) return { kind: 'open', quote: first };
      const behind = skipBlanks(text, close + 1);
      if (!isCellEnd(text.charAt(behind), delimiter)) return { kind: 'irregular', quote: first };
      isSpaced ||= first > at || behind > close + 1;
      at = behind;
    } else {
      stop.lastIndex = first;
      at = stop.exec(text)?.index ?? text.length;
      if (text.charAt(at) === QUOTE) return { kind: 'irregular', quote: at };
    }
    if (text.charAt(at) !== delimiter)
      return { kind: 'whole', end: behindBreak(text, at), isSpaced };
  }
}

/**
 * A line in which the quotes within quoted cells are doubled, as they should be: `"24" screen"` holds an inch mark,
 * `"\"Blue\" edition"` is how some programs escape. Only a quote in front of a cell's end closes.
 */
export function doubleInnerQuotes(line: string, delimiter: string): string {
  let doubled = '';
  let at = 0;
  let isQuoted = false;
  for (let quote = line.indexOf(QUOTE); quote !== -1; quote = line.indexOf(QUOTE, at)) {
    doubled += line.slice(at, quote);
    at = quote + 1;
    if (!isQuoted) {
      isQuoted = isCellStart(line, quote, delimiter);
      doubled += QUOTE;
    } else if (isCellEnd(line.charAt(skipBlanks(line, at)), delimiter)) {
      isQuoted = false;
      doubled += QUOTE;
    } else {
      if (line.charAt(at) === QUOTE) at += 1;
      doubled += '""';
    }
  }
  return doubled + line.slice(at);
}

/** Behind the first line break from `start` on; -1 where there is none. */
export function findLineEnd(text: string, start: number): number {
  LINE_BREAK.lastIndex = start;
  return LINE_BREAK.test(text) ? LINE_BREAK.lastIndex : -1;
}

const LINE_BREAK = /\r\n?|\n/g;

const stops = new Map<string, RegExp>();

/** What ends an unquoted cell, or may not stand in one. Made once: every record asks for it. */
function stopAt(delimiter: string): RegExp {
  const known = stops.get(delimiter) ?? new RegExp(`[${delimiter}"\\r\\n]`, 'g');
  stops.set(delimiter, known);
  return known;
}

function findClosingQuote(text: string, open: number): number {
  let close = text.indexOf(QUOTE, open + 1);
  while (close !== -1 && text.charAt(close + 1) === QUOTE) close = text.indexOf(QUOTE, close + 2);
  return close;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (text.charAt(at) === ' ') at += 1;
  return at;
}

function isCellStart(text: string, quote: number, delimiter: string): boolean {
  let at = quote;
  while (text.charAt(at - 1) === ' ') at -= 1;
  return at === 0 || text.charAt(at - 1) === delimiter;
}

function isCellEnd(character: string, delimiter: string): boolean {
  return character === delimiter || character === '\r' || character === '\n' || character === '';
}

function behindBreak(text: string, at: number): number {
  return text.startsWith('\r\n', at) ? at + 2 : Math.min(at + 1, text.length);
}
