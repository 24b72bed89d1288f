import { imageFileNameEndsAt } from './imageFileNames';
import {
  CLOSING,
  OPENING,
  SEPARATOR,
  WITH_SCHEME,
  WITHOUT_SCHEME,
  WRITTEN_BREAK,
} from './listSyntax';

/** Only 8 separators are skipped: a cell may have a million of them. */
const WITH_SCHEME_FOLLOWS = new RegExp(`[${SEPARATOR}${OPENING}]{0,8}${WITH_SCHEME}`, 'iuy');
const WITHOUT_SCHEME_FOLLOWS = new RegExp(`[${OPENING}]{0,8}${WITHOUT_SCHEME}`, 'iuy');
/** Quotes and angle brackets, which no link contains (RFC 3986, appendix C); separators; brackets. */
const MAY_END = new RegExp(
  `["<>“”«»]|&(?:quot|lt|gt);|((?:${WRITTEN_BREAK}|[${SEPARATOR}])+|::)|(['‘’\`()[\\]{}（）「」【】《》‹›])`,
  'giu',
);
/** RFC 2397; base64 uses none of the separators. */
const DATA = /data:image\/svg[^,]*,\s*<.*?(?:<\/svg>|$)|data:[^,\s]*,?[^\s,;|"'<>)\]}]*/isuy;

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

/**
 * Finds the end of the link that begins at `start`. A link may contain separators (`w_300,h_200/a.jpg`,
 * `my photo (1).jpg`). A separator ends it if it is a line break, if another link follows, or if the link is
 * complete: it ends like an image file name, or it has a query and the separator contains white space.
 *
 * @param query where the first query after `start` begins
 */
export function findLinkEnd(cell: string, start: number, query: number): number {
  if (/^data:/i.test(cell.slice(start, start + 5))) {
    DATA.lastIndex = start;
    return start + (DATA.exec(cell)?.[0].length ?? 0);
  }
  const opening = cell.charAt(start - 1);
  const hasScheme = !followsAt(WITHOUT_SCHEME_FOLLOWS, cell, start);
  let depth = 0;
  MAY_END.lastIndex = start;
  for (let found = MAY_END.exec(cell); found !== null; found = MAY_END.exec(cell)) {
    const { index } = found;
    const [, separator, bracket] = found;
    if (separator !== undefined) {
      if (separatorEndsLink(cell, index, separator, { hasScheme, hasQuery: index > query }))
        return index;
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
export function findQuery(cell: string, start: number): number {
  const offset = cell.slice(start).search(/[?#]/);
  return offset === -1 ? cell.length : start + offset;
}

/** A Cloudinary transformation: `l_logo.png,w_100/sample.jpg` (its documentation, "Transformation URL syntax"). */
const TRANSFORMATION = /,[a-z]{1,4}_[\w.:-]+[,/]/iy;

function separatorEndsLink(
  cell: string,
  index: number,
  separator: string,
  { hasScheme, hasQuery }: { hasScheme: boolean; hasQuery: boolean },
): boolean {
  if (/[\r\n\t_<\\]/.test(separator)) return true;
  if (followsAt(TRANSFORMATION, cell, index)) return false;
  const hasSpace = /\s/.test(separator);
  if (hasQuery ? hasSpace : imageFileNameEndsAt(cell, index)) return true;
  if (separator === '::') return false;
  const next = index + separator.length;
  if (followsAt(WITH_SCHEME_FOLLOWS, cell, next)) return true;
  // After a comma, a link with a scheme may go on with `//` or `www.`; in a list, links rather begin alike.
  return (!hasScheme || /[\s|]/.test(separator)) && followsAt(WITHOUT_SCHEME_FOLLOWS, cell, next);
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
