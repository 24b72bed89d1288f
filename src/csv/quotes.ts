/** A record whose quotes are where RFC 4180 has them. */
export interface WholeRecord {
  readonly kind: 'whole';
  /** Behind its line break, or the text's end. */
  readonly end: number;
  readonly cells: number;
  /** Blanks stand between a quote and the delimiter beside it, as some programs write them. */
  readonly isSpaced: boolean;
}

/** Where the record ends that begins somewhere in a text. */
export type RecordEnd =
  | WholeRecord
  /** The text ends within a quoted cell, which begins at `quote`. */
  | { readonly kind: 'open'; readonly quote: number }
  /** The quote at `quote` neither opens nor closes a whole cell. */
  | { readonly kind: 'irregular'; readonly quote: number };

export const QUOTE = '"';

/** @param start where a record begins */
export function findRecordEnd(text: string, start: number, delimiter: string): RecordEnd {
  const stop = stopAt(delimiter);
  let isSpaced = false;
  let cells = 1;
  for (let at = start; ; at += 1, cells += 1) {
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
      return { kind: 'whole', end: behindBreak(text, at), cells, isSpaced };
  }
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

/** The first quote behind `open` that is not doubled; -1 where there is none. */
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

function behindBreak(text: string, at: number): number {
  return text.startsWith('\r\n', at) ? at + 2 : Math.min(at + 1, text.length);
}
