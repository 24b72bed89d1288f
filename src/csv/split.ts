import { findLineEnd, findRecordEnd, type WholeRecord } from './quotes';
import type { RowShape } from './rowShape';

/** A part of a file, in the file's order. */
export type Piece =
  /** Any number of whole records, all of whose quotes are in their places. */
  | { readonly kind: 'records'; readonly text: string; readonly isSpaced: boolean }
  /** One line, without its break, in which a quote is not where it can be. */
  | {
      readonly kind: 'damaged';
      readonly line: string;
      /** Where in the line the quote stands. */
      readonly quote: number;
    }
  /** What follows has no end within {@link MAX_RECORD}: nothing more is read. */
  | { readonly kind: 'endless' };

export interface SplitOptions {
  readonly delimiter: string;
  readonly shape: RowShape;
}

/** Characters of the longest line that is accepted; each is held in memory whole. */
export const MAX_RECORD = 4 * 2 ** 20;

/** Characters over which a quoted cell may go on. One that is longer is taken for a quote that is never closed. */
const MAX_QUOTED = 2 ** 20;

/**
 * Splits a file into records such that a quote which is never closed costs its own row and no other.
 *
 * A parser that goes by quotes alone joins rows there: it reads on to the next quote, in another row, and takes
 * one product's link for another's. Here a record goes over several lines only when its quotes are all in their
 * places and none of the lines within it begins a row. Otherwise its first line is handed over as damaged, and
 * the next line begins a record again. One line never holds parts of two rows, so that whatever is made of a
 * single line, its links stay in their row: docs/decisions/damaged-quotes.md has the argument in full.
 */
export async function* splitRecords(
  chunks: AsyncIterable<string> | Iterable<string>,
  options: SplitOptions,
): AsyncGenerator<Piece> {
  let rest = '';
  let fence = 0;
  for await (const chunk of chunks) {
    const text = rest + chunk;
    // Whether a line feed follows belongs to the next chunk.
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const split = take(text.slice(0, end), false, fence, options);
    yield* split.pieces;
    rest = text.slice(split.taken);
    fence = split.fence - split.taken;
    if (rest.length > MAX_RECORD) {
      yield { kind: 'endless' };
      return;
    }
  }
  yield* take(rest, true, fence, options).pieces;
}

/**
 * As much as can be decided by the text at hand; `taken` is where the undecided rest begins.
 *
 * @param fence the end of a record that was not believed: no record that begins before it may end after it
 */
function take(text: string, isLast: boolean, fence: number, options: SplitOptions) {
  const pieces: Piece[] = [];
  let taken = 0;
  const handOver = (end: number, isSpaced = false) => {
    const records = text.slice(taken, end);
    taken = end;
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
        handOver(at);
        handOver(decision.end, true);
      }
      at = decision.end;
      continue;
    }
    const end = findLineEnd(text, at);
    if (end === -1 && !isLast) break;
    fence = Math.max(fence, decision.fence);
    handOver(at);
    const line = end === -1 ? text.slice(at) : text.slice(at, end);
    const offset = decision.quote - at;
    pieces.push({ kind: 'damaged', line: line.replace(/[\r\n]+$/, ''), quote: offset });
    at = end === -1 ? text.length : end;
    taken = at;
  }
  handOver(at);
  return { pieces, taken, fence };
}

type Decision =
  | WholeRecord
  | { readonly kind: 'damaged'; readonly quote: number; readonly fence: number }
  | { readonly kind: 'undecided' };

/** What is to be made of the record at `at`, when none may go on behind `fence`. */
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
  const refused = { kind: 'damaged', quote: firstQuote } as const;
  if (found.end - at > MAX_QUOTED || found.end > fence) return { ...refused, fence: 0 };
  const hasRow = options.shape.holdsRow(text, at, found, canWait);
  if (hasRow === 'undecided') return { kind: 'undecided' };
  return hasRow ? { ...refused, fence: found.end } : found;
}

/** Where the line begins that `position` is in, not before `from`. */
function findLineStart(text: string, position: number, from: number): number {
  let at = position;
  while (at > from && !isBreak(text, at - 1)) at -= 1;
  return at;
}

function isBreak(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 10 || code === 13;
}
