import { INVISIBLE } from './listSyntax';

/** Offsets in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Whether there is more than punctuation, such as the `'` with which a spreadsheet marks a cell as text. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

const BLANK = new RegExp(`[\\s${INVISIBLE}]`, 'u');

/** Removes white space and invisible characters at both ends. */
export function trimInvisible(text: string): string {
  const { start, end } = trimSpan(text, { start: 0, end: text.length }, BLANK);
  return text.slice(start, end);
}

/** Works character by character: a regular expression would retry every run of separators in the text. */
export function trimSpan(text: string, span: Span, surrounding: RegExp): Span {
  let { start, end } = span;
  while (start < end && surrounding.test(text.charAt(start))) start += 1;
  while (end > start && surrounding.test(text.charAt(end - 1))) end -= 1;
  return { start, end };
}
