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

/** Reads a cell of links, in any list syntax that spreadsheets and programs write. */
export function readLinks(text: string): CellReading {
  if (PLAIN_LINK.test(text) && !text.includes('_x000')) {
    return { links: [text], hasLink: true, texts: [] };
  }
  // Some programs escape slashes when they write JSON.
  const cell = text.includes(':\\/\\/') ? text.replaceAll('\\/', '/') : text;
  // The text beside the link of a formula is its caption.
  const isFormula = /^\s*=/.test(cell);
  const links: string[] = [];
  const texts: string[] = [];
  let hasLink = false;
  let at = 0;
  let query = -1;
  for (;;) {
    LINK_BEGINS.lastIndex = at;
    const start = LINK_BEGINS.exec(cell)?.index;
    for (const other of readTexts(cell.slice(at, start))) {
      (isMeantAsLink(other) && !isFormula ? links : texts).push(other);
    }
    if (start === undefined) return { links, hasLink, texts };
    if (query < start) query = findQuery(cell, start);
    at = findLinkEnd(cell, start, query);
    links.push(withoutPunctuation(trimEnd(cell.slice(start, at), AFTER_LINK)));
    hasLink = true;
  }
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

/** Whether a text is an image file name, or an address in a notation that is not supported. */
function isMeantAsLink(text: string): boolean {
  return isImageFileName(text) || text.includes('://');
}

const MARKUP = /<\/?[a-z][^<>]*>?/giu;
const BETWEEN_TEXTS = new RegExp(`[${LIST_SEPARATOR}\\r\\n\\t]|::|${WRITTEN_BREAK}`, 'u');

/** Splits the text between two links into texts, and drops markup and bare punctuation. */
function readTexts(between: string): string[] {
  if (!hasWords(between)) return [];
  return between
    .replace(MARKUP, ' ')
    .split(BETWEEN_TEXTS)
    .map((text) => trim(text, AROUND_TEXT))
    .filter(hasWords);
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
  return trim(text, BLANK);
}

/** Works character by character: a regular expression would retry every run of separators in the text. */
function trim(text: string, surrounding: RegExp): string {
  let start = 0;
  while (start < text.length && surrounding.test(text.charAt(start))) start += 1;
  return trimEnd(text.slice(start), surrounding);
}

function trimEnd(text: string, surrounding: RegExp): string {
  let end = text.length;
  while (end > 0 && surrounding.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
