import { isPictureName, pictureEndsAt, withoutPunctuation } from './pictureNames';

/** What a cell of links holds, in its sequence. */
export interface CellReading {
  /**
   * As they were read. Texts that look like a picture's name (`side.jpg`) stand among them: they were meant as
   * links, and fail as such.
   */
  readonly links: readonly string[];
  /** Whether one of them is a link indeed. */
  readonly hasLink: boolean;
  /** Other text, which is passed over: alternative texts, captions, notes. */
  readonly texts: readonly string[];
}

/**
 * Characters that nothing shows: controls, zero-width ones, marks of direction, the byte order mark (Unicode's
 * Cc and Cf). Spreadsheets and web pages leave them around what is copied from them.
 */
const INVISIBLE = '\\p{Cc}\\p{Cf}';
/** What separates the items of a list. The wide ones are of Asian and Arabic keyboards. */
const LIST_SEPARATOR = ',;|、，；｜،؛。・';
const SEPARATOR = `\\s${LIST_SEPARATOR}${INVISIBLE}`;
const OPENING = '"\'`(<\\[{“„‘«‹（「【《';
const CLOSING = '"\'`)>\\]}”“’»›）」】》';
/** A line break as Excel writes it into XML (ECMA-376, ST_Xstring), as HTML has it, and as programs escape it. */
const WRITTEN_BREAK = `_x000[AaDd]_|<br\\s*/?>|\\\\[rnt](?=$|[\\\\${SEPARATOR}${OPENING}]|https?:|//|www\\.)`;

const WITH_SCHEME = '(?:https?://|s3://|data:image/)';
/** Meant as https, as browsers take them. */
const WITHOUT_SCHEME = '(?://(?=[\\w[])|www\\.(?=\\w))';

const LINK_BEGINS = new RegExp(
  `(?<=^|[${SEPARATOR}${OPENING}>]|\\b(?:src|href)=|${WRITTEN_BREAK})(?:${WITH_SCHEME}|${WITHOUT_SCHEME})`,
  'giu',
);
/** Few separators are looked through: a cell may have a million of them. */
const WITH_SCHEME_FOLLOWS = new RegExp(`[${SEPARATOR}${OPENING}]{0,8}${WITH_SCHEME}`, 'iuy');
const WITHOUT_SCHEME_FOLLOWS = new RegExp(`[${OPENING}]{0,8}${WITHOUT_SCHEME}`, 'iuy');
/** Quotes and angle brackets, which stand in no link (RFC 3986, appendix C); separators; brackets. */
const MAY_END = new RegExp(
  `["<>“”«»]|((?:${WRITTEN_BREAK}|[${SEPARATOR}])+|::)|(['‘’\`()[\\]{}（）「」【】《》‹›])`,
  'giu',
);
/** RFC 2397; base64 knows none of the separators. */
const DATA = /data:[^,\s]*,?[^\s,;|"'<>)\]}]*/iuy;

const CLOSES: Readonly<Record<string, string>> = {
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

/** Reads a cell of links, separated or listed in any of the ways in which spreadsheets and programs do. */
export function readLinks(text: string): CellReading {
  if (PLAIN_LINK.test(text) && !text.includes('_x000')) {
    return { links: [text], hasLink: true, texts: [] };
  }
  // Some programs escape slashes in JSON.
  const cell = text.includes(':\\/\\/') ? text.replaceAll('\\/', '/') : text;
  // What a formula shows beside its link is a caption.
  const isFormula = /^\s*=/.test(cell);
  const links: string[] = [];
  const texts: string[] = [];
  let hasLink = false;
  let at = 0;
  let query = -1;
  for (;;) {
    LINK_BEGINS.lastIndex = at;
    const start = LINK_BEGINS.exec(cell)?.index;
    for (const beside of readTexts(cell.slice(at, start))) {
      (isMeantAsLink(beside) && !isFormula ? links : texts).push(beside);
    }
    if (start === undefined) return { links, hasLink, texts };
    if (query < start) query = findQuery(cell, start);
    at = findLinkEnd(cell, start, query);
    links.push(withoutPunctuation(trimEnd(cell.slice(start, at), BEHIND_LINK)));
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
 * A link may hold separators (`w_300,h_200/a.jpg`, `my photo (1).jpg`). One ends it where its line ends, where
 * another link follows, and where it is complete: it has a picture's ending, or a query and white space follows.
 *
 * @param query where the first query behind `start` begins
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
      if (separatorEnds(cell, index, separator, index > query)) return index;
    } else if (bracket === undefined) {
      return index;
    } else if (bracket === CLOSES[opening]) {
      if (depth === 0 && isDelimited(cell, index + 1)) return index;
      depth = Math.max(depth - 1, 0);
    } else if (bracket === opening) {
      depth += 1;
    }
  }
  return cell.length;
}

/** Where the next query or fragment begins; looked for once, not for each link, in a cell that has none. */
function findQuery(cell: string, start: number): number {
  const offset = cell.slice(start).search(/[?#]/);
  return offset === -1 ? cell.length : start + offset;
}

/** Cloudinary's: `l_logo.png,w_100/sample.jpg` (its documentation, "Transformation URL syntax"). */
const TRANSFORMATION = /,[a-z]{1,4}_[\w.:-]+[,/]/iy;

function separatorEnds(cell: string, index: number, separator: string, hasQuery: boolean): boolean {
  if (/[\r\n\t_<\\]/.test(separator)) return true;
  if (followsAt(TRANSFORMATION, cell, index)) return false;
  const hasSpace = /\s/.test(separator);
  if (hasQuery ? hasSpace : pictureEndsAt(cell, index)) return true;
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

/** Whether what ends in front of `at` ends there for a reader: an apostrophe within a name does not. */
function isDelimited(text: string, at: number): boolean {
  return followsAt(DELIMITED, text, at);
}

/** A picture's name, or an address that is written in no way that we read. */
function isMeantAsLink(text: string): boolean {
  return isPictureName(text) || text.includes('://');
}

const MARKUP = /<\/?[a-z][^<>]*>?/giu;
const BETWEEN_TEXTS = new RegExp(`[${LIST_SEPARATOR}\\r\\n\\t]|::|${WRITTEN_BREAK}`, 'u');

/** The texts beside links; punctuation alone is none. */
function readTexts(between: string): string[] {
  if (!hasWords(between)) return [];
  return between
    .replace(MARKUP, ' ')
    .split(BETWEEN_TEXTS)
    .map((text) => trim(text, AROUND_TEXT))
    .filter(hasWords);
}

/** Punctuation alone is no text, such as the `'` by which a spreadsheet keeps a cell from being a formula. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

const AROUND_TEXT = new RegExp(`[${SEPARATOR}${OPENING}${CLOSING}]`, 'u');
const BEHIND_LINK = new RegExp(`[${SEPARATOR}"]`, 'u');
const UNSEEN = new RegExp(`[\\s${INVISIBLE}]`, 'u');

/** Without what nothing shows at both ends. */
export function trimUnseen(text: string): string {
  return trim(text, UNSEEN);
}

/** Character by character, since a pattern would try each run of separators in the text anew. */
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
