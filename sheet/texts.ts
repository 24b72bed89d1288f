import { ENTITY } from './cellSyntax';
import { imageFileNameEndsAt, isImageFileName } from './imageFileNames';
import { CLOSING, LIST_SEPARATOR, OPENING, SEPARATOR, WRITTEN_BREAK } from './listSyntax';
import { hasWords, trimSpan, type Span } from './trim';

/** A text beside links. */
export interface FoundText extends Span {
  /** Without markup. */
  readonly text: string;
}

const AROUND_TEXT = new RegExp(`[${SEPARATOR}${OPENING}${CLOSING}]`, 'u');

/** Whether a text is an image file name, a path, or an address in a notation that is not supported. */
export function isMeantAsLink(text: string): boolean {
  return isImageFileName(text) || /^\/[^/\s]\S*$/.test(text) || text.includes('://');
}

const MARKUP = /<\/?[a-z][^<>]*>?/giu;
/** Not the semicolon of an entity. */
const BETWEEN_TEXTS = new RegExp(
  `[${LIST_SEPARATOR}\\r\\n\\t](?<!${ENTITY};)|::|${WRITTEN_BREAK}`,
  'giu',
);

/** Splits the text between two links into texts, and drops markup and bare punctuation. */
export function findTexts(cell: string, from: number, to: number): FoundText[] {
  const between = cell.slice(from, to);
  if (!hasWords(between)) return [];
  const text = between.replace(MARKUP, (markup) => ' '.repeat(markup.length));
  return splitAt(text, BETWEEN_TEXTS)
    .filter(({ start, end }) => hasWords(text.slice(start, end)))
    .flatMap((span) => splitNames(text, span))
    .map((span) => trimSpan(text, span, AROUND_TEXT))
    .map(({ start, end }) => ({
      text: text.slice(start, end),
      start: from + start,
      end: from + end,
    }));
}

const WHITE_SPACE = /\s+/gu;

/** Splits a list of image file names that are separated by white space. Other text behind a name stays with it. */
function splitNames(text: string, { start, end }: Span): Span[] {
  const names: Span[] = [];
  let from = start;
  for (const { index, 0: space } of text.slice(start, end).matchAll(WHITE_SPACE)) {
    const nameEnd = start + index;
    if (!imageFileNameEndsAt(text, nameEnd)) continue;
    names.push({ start: from, end: nameEnd });
    from = nameEnd + space.length;
  }
  const hasOwnName = isMeantAsLink(text.slice(from, end).trim());
  const last = hasOwnName ? undefined : names.pop();
  return [...names, { start: last?.start ?? from, end }];
}

/** @param separator has the flag `g` */
function splitAt(text: string, separator: RegExp): Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (const { index, 0: found } of text.matchAll(separator)) {
    spans.push({ start, end: index });
    start = index + found.length;
  }
  return [...spans, { start, end: text.length }];
}
