import { findLineEnd, findRecordEnd, type WholeRecord } from './quotes';
import type { RowShape } from './rowShape';

/** A part of a file. Pieces come in file order. */
export type Piece =
  /** Any number of complete records without damaged quotes. */
  | { readonly kind: 'records'; readonly text: string; readonly isSpaced: boolean }
  /** One line, without its line break, that has a quote where none is allowed. */
  | {
      readonly kind: 'damaged';
      readonly line: string;
      /** Offset of the quote in the line. */
      readonly quote: number;
    }
  /** The next record does not end within {@link MAX_RECORD}. It is the last piece: nothing may be added after it. */
  | { readonly kind: 'endless' };

export interface SplitOptions {
  readonly delimiter: string;
  readonly shape: RowShape;
}

interface Splitter {
  /** Returns the pieces that are complete with this part of the file. */
  add(chunk: string): Piece[];
  /** Returns the pieces in the rest, after the last part. */
  end(): Piece[];
}

/** Maximum length of a line, in characters: a line is held in memory as a whole. */
export const MAX_RECORD = 4 * 2 ** 20;

/** Maximum length of a record over several lines, in characters. A longer one counts as a quote that is not closed. */
const MAX_QUOTED = 2 ** 20;

/**
 * Splits a file into records. A quote that is never closed damages only its own row.
 *
 * A plain CSV parser joins rows at such a quote: it reads on to the next quote, in another row, and assigns the link
 * of one product to another. Here a record spans several lines only if all its quotes are where RFC 4180 allows
 * them and none of its lines begins a row. Otherwise its first line is yielded as damaged, and the next line begins
 * a new record. A line never contains parts of two rows. However a single line is read, its links therefore stay
 * in their row. docs/decisions/damaged-quotes.md has the full argument.
 */
export function createSplitter(options: SplitOptions): Splitter {
  let rest = '';
  let fence = 0;
  return {
    add(chunk) {
      const text = rest + chunk;
      // A line feed may follow in the next chunk.
      const end = text.endsWith('\r') ? text.length - 1 : text.length;
      const split = splitText(text.slice(0, end), false, fence, options);
      rest = text.slice(split.consumed);
      fence = split.fence - split.consumed;
      return rest.length > MAX_RECORD ? [...split.pieces, { kind: 'endless' }] : split.pieces;
    },
    end: () => splitText(rest, true, fence, options).pieces,
  };
}

/**
 * Splits as much of the text as can be decided now. `consumed` is where the undecided rest begins.
 *
 * @param fence the end of a record over several lines that was rejected: no record that begins before it may end
 * after it
 */
function splitText(text: string, isLast: boolean, fence: number, options: SplitOptions) {
  const pieces: Piece[] = [];
  let consumed = 0;
  const emitRecords = (end: number, isSpaced = false) => {
    const records = text.slice(consumed, end);
    consumed = end;
    const last = pieces.at(-1);
    const isMore = last?.kind === 'records' && last.isSpaced === isSpaced;
    if (isMore) pieces.splice(-1, 1, { ...last, text: last.text + records });
    else if (records !== '') pieces.push({ kind: 'records', text: records, isSpaced });
  };

  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    if (quote === -1) {
      at = isLast ? text.length : findLineStart(text, text.length, at);
      break;
    }
    at = findLineStart(text, quote, at);
    const decision = decide(text, at, isLast, at < fence ? fence : Infinity, options);
    if (decision.kind === 'undecided') break;
    if (decision.kind === 'whole') {
      if (decision.isSpaced) {
        emitRecords(at);
        emitRecords(decision.end, true);
      }
      at = decision.end;
      continue;
    }
    const end = findLineEnd(text, at);
    if (end === -1 && !isLast) break;
    fence = Math.max(fence, decision.fence);
    emitRecords(at);
    const line = end === -1 ? text.slice(at) : text.slice(at, end);
    const offset = decision.quote - at;
    pieces.push({ kind: 'damaged', line: line.replace(/[\r\n]+$/, ''), quote: offset });
    at = end === -1 ? text.length : end;
    consumed = at;
  }
  emitRecords(at);
  return { pieces, consumed, fence };
}

type Decision =
  | WholeRecord
  | { readonly kind: 'damaged'; readonly quote: number; readonly fence: number }
  | { readonly kind: 'undecided' };

/** Decides about the record at `at`, which must not end after `fence`. */
function decide(
  text: string,
  at: number,
  isLast: boolean,
  fence: number,
  options: SplitOptions,
): Decision {
  const canWait = (from: number) => !isLast && text.length - from < MAX_QUOTED;
  const found = findRecordEnd(text, at, options.delimiter);
  if (found.kind === 'open' && canWait(at)) return { kind: 'undecided' };
  const firstQuote = text.indexOf('"', at);
  const lineEnd = findLineEnd(text, at);
  if (found.kind !== 'whole') {
    const isInLine = lineEnd === -1 || found.quote < lineEnd;
    return { kind: 'damaged', quote: isInLine ? found.quote : firstQuote, fence: 0 };
  }
  if (!isLast && found.end === text.length && !isBreak(text, text.length - 1))
    return { kind: 'undecided' };
  if (lineEnd === -1 || lineEnd >= found.end) return found;
  const rejected = { kind: 'damaged', quote: firstQuote } as const;
  if (found.end - at > MAX_QUOTED || found.end > fence) return { ...rejected, fence: 0 };
  const hasRow = options.shape.containsRow(text, at, found, canWait);
  if (hasRow === 'undecided') return { kind: 'undecided' };
  return hasRow ? { ...rejected, fence: found.end } : found;
}

/** Returns the offset of the line that contains `position`, but not less than `from`. */
function findLineStart(text: string, position: number, from: number): number {
  let at = position;
  while (at > from && !isBreak(text, at - 1)) at -= 1;
  return at;
}

function isBreak(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 10 || code === 13;
}
