import {
  decodeEntities,
  decodeJson,
  ENTITY,
  findFormulaAddress,
  unescapeSlashes,
} from './cellSyntax';
import { isImageFileName, imageFileNameEndsAt, withoutPunctuation } from './imageFileNames';

/** The content of a cell of links, in order. */
export interface CellReading {
  /**
   * As written. Includes texts that look like an image file name (`side.jpg`): they were meant as links, and fail
   * as such.
   */
  readonly links: readonly string[];
  /** Whether at least one of `links` is really a link. */
  readonly hasLink: boolean;
  /** Other text, which is ignored: alternative texts, captions, notes. */
  readonly texts: readonly string[];
}

/**
 * Invisible characters (Unicode's Cc and Cf): controls, zero-width characters, direction marks, the byte order
 * mark. Text copied from spreadsheets and web pages often has them around it.
 */
const INVISIBLE = '\\p{Cc}\\p{Cf}';
/** Separators of list items. The wide ones are typed on Asian and Arabic keyboards. */
const LIST_SEPARATOR = ',;|、，；｜،؛。・';
const SEPARATOR = `\\s${LIST_SEPARATOR}${INVISIBLE}`;
const OPENING = '"\'`(<\\[{“„‘«‹（「【《';
const CLOSING = '"\'`)>\\]}”“’»›）」】》';
/** A line break as Excel writes it into XML (ECMA-376, ST_Xstring), as an HTML tag, or as an escape sequence. */
const WRITTEN_BREAK = `_x000[AaDd]_|<br\\s*/?>|\\\\[rnt](?=$|[\\\\${SEPARATOR}${OPENING}]|https?:|//|www\\.)`;

const WITH_SCHEME = '(?:https?://|s3://|data:image/)';
/** Read as https, as browsers do. */
const WITHOUT_SCHEME = '(?://(?=[\\w[])|www\\.(?=\\w))';

const LINK_BEGINS = new RegExp(
  `(?<=^|[${SEPARATOR}${OPENING}>]|\\b(?:src|href)=|${WRITTEN_BREAK})(?:${WITH_SCHEME}|${WITHOUT_SCHEME})`,
  'giu',
);
/** Only 8 separators are skipped: a cell may have a million of them. */
const WITH_SCHEME_FOLLOWS = new RegExp(`[${SEPARATOR}${OPENING}]{0,8}${WITH_SCHEME}`, 'iuy');
const WITHOUT_SCHEME_FOLLOWS = new RegExp(`[${OPENING}]{0,8}${WITHOUT_SCHEME}`, 'iuy');
/** Quotes and angle brackets, which no link contains (RFC 3986, appendix C); separators; brackets. */
const MAY_END = new RegExp(
  `["<>“”«»]|((?:${WRITTEN_BREAK}|[${SEPARATOR}])+|::)|(['‘’\`()[\\]{}（）「」【】《》‹›])`,
  'giu',
);
/** RFC 2397; base64 uses none of the separators. */
const DATA = /data:[^,\s]*,?[^\s,;|"'<>)\]}]*/iuy;

const CLOSING_BRACKET: Readonly<Record<string, string>> = {
  '(': ')',
  '[': ']',
  '{': '}',
  '‘': '’',
  '（': '）',
  '「': '」',
  '【': '】',
  '《': '》',
  '‹': '›',
  '`': '`',
  "'": "'",
};

/** Fast path: most cells hold one plain link. */
const PLAIN_LINK = /^https?:\/\/[\w.-]+(?::\d+)?\/[\w/.~%?#@$&*+=-]*\w$/;

/** Offsets in a text. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** A link in a cell, or a text that was meant as one, and where it stands. */
export interface FoundLink extends Span {
  /** As it is meant: without the escapes of HTML and JSON. */
  readonly link: string;
  /** Whether it is really a link. */
  readonly isLink: boolean;
}

/** Reads a cell of links, in any list syntax that spreadsheets and programs write. */
export function readLinks(cell: string): CellReading {
  if (isPlainLink(cell)) return { links: [cell], hasLink: true, texts: [] };
  const { found, texts } = findAll(cell);
  return {
    links: found.map(({ link }) => link),
    hasLink: found.some(({ isLink }) => isLink),
    texts,
  };
}

/** Finds the `links` of {@link readLinks} in a cell. */
export function findLinks(cell: string): readonly FoundLink[] {
  if (isPlainLink(cell)) return [{ link: cell, isLink: true, start: 0, end: cell.length }];
  return findAll(cell).found;
}

function isPlainLink(cell: string): boolean {
  return PLAIN_LINK.test(cell) && !cell.includes('_x000');
}

function findAll(cell: string): { found: FoundLink[]; texts: string[] } {
  const { text, offsetOf } = unescapeSlashes(cell);
  const address = findFormulaAddress(text);
  const { found, texts } = findInList(text.slice(address?.start, address?.end));
  const before = address?.start ?? 0;
  return {
    found: found.map(({ start, end, ...link }) => ({
      ...link,
      start: offsetOf(before + start),
      end: offsetOf(before + end),
    })),
    texts,
  };
}

function findInList(cell: string): { found: FoundLink[]; texts: string[] } {
  // The text beside the link of a formula is its caption.
  const isFormula = /^\s*=/.test(cell);
  const found: FoundLink[] = [];
  const texts: string[] = [];
  const add = (start: number, end: number, isLink: boolean) => {
    found.push({ link: decode(cell, start, end), isLink, start, end });
  };
  let at = 0;
  let query = -1;
  for (;;) {
    LINK_BEGINS.lastIndex = at;
    const next = LINK_BEGINS.exec(cell)?.index;
    for (const { start, end } of findTexts(cell, at, next ?? cell.length)) {
      const text = cell.slice(start, end);
      if (isMeantAsLink(text) && !isFormula) add(start, end, false);
      else texts.push(text.replace(/\s+/g, ' '));
    }
    if (next === undefined) return { found, texts };
    if (query < next) query = findQuery(cell, next);
    at = findLinkEnd(cell, next, query);
    const { end } = trimSpan(cell, { start: next, end: at }, AFTER_LINK);
    add(next, next + withoutPunctuation(cell.slice(next, end)).length, true);
  }
}

function decode(cell: string, start: number, end: number): string {
  const link = cell.slice(start, end);
  if (/^data:/i.test(link)) return link;
  return decodeEntities(cell.charAt(start - 1) === '"' ? decodeJson(link) : link);
}

const BEGINS_WITH_LINK = new RegExp(
  `^[${SEPARATOR}${OPENING}]{0,8}(?:${WITH_SCHEME}|${WITHOUT_SCHEME})`,
  'iu',
);

export function beginsWithLink(cell: string): boolean {
  return BEGINS_WITH_LINK.test(cell);
}

/**
 * Finds the end of the link that begins at `start`. A link may contain separators (`w_300,h_200/a.jpg`,
 * `my photo (1).jpg`). A separator ends it if it is a line break, if another link follows, or if the link is
 * complete: it ends like an image file name, or it has a query and the separator contains white space.
 *
 * @param query where the first query after `start` begins
 */
function findLinkEnd(cell: string, start: number, query: number): number {
  if (/^data:/i.test(cell.slice(start, start + 5))) {
    DATA.lastIndex = start;
    return start + (DATA.exec(cell)?.[0].length ?? 0);
  }
  const opening = cell.charAt(start - 1);
  let depth = 0;
  MAY_END.lastIndex = start;
  for (let found = MAY_END.exec(cell); found !== null; found = MAY_END.exec(cell)) {
    const { index } = found;
    const [, separator, bracket] = found;
    if (separator !== undefined) {
      if (separatorEndsLink(cell, index, separator, index > query)) return index;
    } else if (bracket === undefined) {
      return index;
    } else if (bracket === CLOSING_BRACKET[opening]) {
      if (depth === 0 && isDelimited(cell, index + 1)) return index;
      depth = Math.max(depth - 1, 0);
    } else if (bracket === opening) {
      depth += 1;
    }
  }
  return cell.length;
}

/** Finds the next query or fragment. `readLinks` keeps the result, so that a cell without one is searched once. */
function findQuery(cell: string, start: number): number {
  const offset = cell.slice(start).search(/[?#]/);
  return offset === -1 ? cell.length : start + offset;
}

/** A Cloudinary transformation: `l_logo.png,w_100/sample.jpg` (its documentation, "Transformation URL syntax"). */
const TRANSFORMATION = /,[a-z]{1,4}_[\w.:-]+[,/]/iy;

function separatorEndsLink(
  cell: string,
  index: number,
  separator: string,
  hasQuery: boolean,
): boolean {
  if (/[\r\n\t_<\\]/.test(separator)) return true;
  if (followsAt(TRANSFORMATION, cell, index)) return false;
  const hasSpace = /\s/.test(separator);
  if (hasQuery ? hasSpace : imageFileNameEndsAt(cell, index)) return true;
  if (separator === '::') return false;
  return (
    followsAt(WITH_SCHEME_FOLLOWS, cell, index + separator.length) ||
    (/[\s|]/.test(separator) && followsAt(WITHOUT_SCHEME_FOLLOWS, cell, index + separator.length))
  );
}

function followsAt(sticky: RegExp, text: string, at: number): boolean {
  sticky.lastIndex = at;
  return sticky.test(text);
}

const DELIMITED = new RegExp(`$|[${SEPARATOR}${OPENING}${CLOSING}.:!]`, 'uy');

/** Whether a link can end before `at`: not at an apostrophe inside a name. */
function isDelimited(text: string, at: number): boolean {
  return followsAt(DELIMITED, text, at);
}

/** Whether a text is an image file name, a path, or an address in a notation that is not supported. */
function isMeantAsLink(text: string): boolean {
  return isImageFileName(text) || /^\/[^/\s]\S*$/.test(text) || text.includes('://');
}

const MARKUP = /<\/?[a-z][^<>]*>?/giu;
/** Not the semicolon of an entity. */
const BETWEEN_TEXTS = new RegExp(
  `(?<!${ENTITY}(?=;))[${LIST_SEPARATOR}\\r\\n\\t]|::|${WRITTEN_BREAK}`,
  'giu',
);

/** Splits the text between two links into texts, and drops markup and bare punctuation. */
function findTexts(cell: string, from: number, to: number): Span[] {
  const between = cell.slice(from, to);
  if (!hasWords(between)) return [];
  const text = between.replace(MARKUP, (markup) => ' '.repeat(markup.length));
  return splitAt(text, BETWEEN_TEXTS)
    .flatMap((span) => splitNames(text, span))
    .map((span) => trimSpan(text, span, AROUND_TEXT))
    .filter(({ start, end }) => hasWords(text.slice(start, end)))
    .map(({ start, end }) => ({ start: from + start, end: from + end }));
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

/** Whether there is more than punctuation, such as the `'` with which a spreadsheet marks a cell as text. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

const AROUND_TEXT = new RegExp(`[${SEPARATOR}${OPENING}${CLOSING}]`, 'u');
const AFTER_LINK = new RegExp(`[${SEPARATOR}"]`, 'u');
const BLANK = new RegExp(`[\\s${INVISIBLE}]`, 'u');

/** Removes white space and invisible characters at both ends. */
export function trimInvisible(text: string): string {
  const { start, end } = trimSpan(text, { start: 0, end: text.length }, BLANK);
  return text.slice(start, end);
}

/** Works character by character: a regular expression would retry every run of separators in the text. */
function trimSpan(text: string, span: Span, surrounding: RegExp): Span {
  let { start, end } = span;
  while (start < end && surrounding.test(text.charAt(start))) start += 1;
  while (end > start && surrounding.test(text.charAt(end - 1))) end -= 1;
  return { start, end };
}
