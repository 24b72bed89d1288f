import type { SheetOptions } from '../contract/sheets';
import { isOwnOutput } from './columnNames';
import type { TextEncoding } from './encoding';
import { readHeader, type Header } from './header';
import { tooLongHeader } from './headerRefusals';
import { findLineEnd, hasOddNumberOfQuotes } from './quotes';

export interface Sheet extends Header, TextEncoding {
  /** What relative links are appended to; `null`: they fail. */
  readonly baseUrl: string | null;
  /**
   * Whether formulas have a `'` before them that we put there: it looks like a result or failed rows of ours, and is
   * uploaded as such. With `output=replace`, nothing is escaped, and all text stays as it is.
   */
  readonly isEscaped: boolean;
  /** Header and rows have an odd number of quotes: at least one is missing or surplus. */
  readonly hasOddQuotes: boolean;
}

/** The header must end within this many characters. */
export const HEADER_WITHIN = 256 * 1024;

/** The beginning of a file, decoded. */
export interface Beginning extends TextEncoding {
  readonly text: string;
  /** The file goes on after it. */
  readonly isCut: boolean;
  /** The whole file has an odd number of quotes. */
  readonly hasOddQuotes: boolean;
}

/**
 * Reads the header at the beginning of a file.
 *
 * @throws Refusal when the header has no column of links
 */
export function readSheet(
  { text, isCut, hasOddQuotes, ...encoded }: Beginning,
  { base_url, link_columns: named, output }: Omit<SheetOptions, 'encoding'>,
): Sheet {
  if (isCut && findLineEnd(text, 0) === -1) throw tooLongHeader(HEADER_WITHIN);
  const mayBeEscaped = output === 'append';
  const header = readHeader(text, { hasOddQuotes, named, mayBeEscaped });
  if (isCut && header.end >= text.length) throw tooLongHeader(HEADER_WITHIN);
  return {
    ...header,
    isEscaped: mayBeEscaped && isOwnOutput(header.columns),
    ...encoded,
    baseUrl: base_url,
    // Quotes in a title say nothing about the rows.
    hasOddQuotes: hasOddQuotes !== hasOddNumberOfQuotes(header.preamble),
  };
}
