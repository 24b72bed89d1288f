/** A record whose quotes are where RFC 4180 allows them. */
export interface WholeRecord {
  readonly kind: 'whole';
  /** Offset after its line break, or the end of the text. */
  readonly end: number;
  readonly cells: number;
  /** Some programs write blanks between a quote and the delimiter next to it. */
  readonly isSpaced: boolean;
}

/** The end of a record in a text. */
export type RecordEnd =
  | WholeRecord
  /** The text ends inside the quoted cell that begins at `quote`. */
  | { readonly kind: 'open'; readonly quote: number }
  /** The quote at `quote` neither opens nor closes a whole cell. */
  | { readonly kind: 'irregular'; readonly quote: number };

export const QUOTE = '"';

export function hasOddNumberOfQuotes(text: string): boolean {
  return text.split(QUOTE).length % 2 === 0;
}

/** @param start where a record begins */
export function findRecordEnd(text: string, start: number, delimiter: string): RecordEnd {
  const stop = stopPattern(delimiter);
  let isSpaced = false;
  let cells = 1;
  for (let at = start; ; at += 1, cells += 1) {
    const first = skipBlanks(text, at);
    if (text.charAt(first) === QUOTE) {
      const close = findClosingQuote(text, first);
      if (close === -1) return { kind: 'open', quote: first };
      const after = skipBlanks(text, close + 1);
      if (!isCellEnd(text.charAt(after), delimiter)) return { kind: 'irregular', quote: first };
      isSpaced ||= first > at || after > close + 1;
      at = after;
    } else {
      stop.lastIndex = first;
      at = stop.exec(text)?.index ?? text.length;
      if (text.charAt(at) === QUOTE) return { kind: 'irregular', quote: at };
    }
    if (text.charAt(at) !== delimiter)
      return { kind: 'whole', end: skipBreak(text, at), cells, isSpaced };
  }
}

/** Returns the offset after the first line break from `start` on; -1 if there is none. */
export function findLineEnd(text: string, start: number): number {
  LINE_BREAK.lastIndex = start;
  return LINE_BREAK.test(text) ? LINE_BREAK.lastIndex : -1;
}

const LINE_BREAK = /\r\n?|\n/g;

const stopPatterns = new Map<string, RegExp>();

/** Matches what ends an unquoted cell or is not allowed in one. Cached: every record uses it. */
function stopPattern(delimiter: string): RegExp {
  const known = stopPatterns.get(delimiter) ?? new RegExp(`[${delimiter}"\\r\\n]`, 'g');
  stopPatterns.set(delimiter, known);
  return known;
}

/** Returns the offset of the first quote after `open` that is not doubled; -1 if there is none. */
export function findClosingQuote(text: string, open: number): number {
  let close = text.indexOf(QUOTE, open + 1);
  while (close !== -1 && text.charAt(close + 1) === QUOTE) close = text.indexOf(QUOTE, close + 2);
  return close;
}

export function skipBlanks(text: string, start: number): number {
  let at = start;
  while (text.charAt(at) === ' ') at += 1;
  return at;
}

export function isCellEnd(character: string, delimiter: string): boolean {
  return character === delimiter || character === '\r' || character === '\n' || character === '';
}

function skipBreak(text: string, at: number): number {
  return text.startsWith('\r\n', at) ? at + 2 : Math.min(at + 1, text.length);
}
