import { appendToBase } from '../contract/relativeLink';
import { decodeEntities, decodeJson, findFormulaAddress, unescapeSlashes } from './cellSyntax';
import { imageFileNameEndsAt, withoutPunctuation, withoutRemark } from './imageFileNames';
import { findLinkEnd, findQuery } from './linkEnd';
import { OPENING, SEPARATOR, WITH_SCHEME, WITHOUT_SCHEME, WRITTEN_BREAK } from './listSyntax';
import { findTexts, isMeantAsLink } from './texts';
import { trimSpan, type Span } from './trim';

/** The content of a cell of links, in order. */
export interface CellReading {
  /**
   * As they are meant. Includes texts that look like an image file name or a path (`side.jpg`): they were meant as
   * links, and fail as such without a base.
   */
  readonly links: readonly string[];
  /** Whether at least one of `links` is really a link. */
  readonly hasLink: boolean;
  /** Other text, which is ignored: alternative texts, captions, notes. */
  readonly texts: readonly string[];
}

const LINK_BEGINS = new RegExp(
  `(?<=^|[${SEPARATOR}${OPENING}>]|\\b(?:src|href)=|${WRITTEN_BREAK})(?:${WITH_SCHEME}|${WITHOUT_SCHEME})`,
  'giu',
);
/** A backslash stands before a quote that a database has escaped. */
const AFTER_LINK = new RegExp(`[${SEPARATOR}"\\\\]`, 'u');

/** Fast path: most cells hold one plain link. */
const PLAIN_LINK = /^https?:\/\/[\w.-]+(?::\d+)?\/[\w/.~%?#@$&*+=-]*\w$/;

/** A link in a cell, or a text that was meant as one, and where it stands. */
export interface FoundLink extends Span {
  /** As it is meant: without the escapes of HTML and JSON. After a name there may be a remark, outside of the span. */
  readonly link: string;
  /** Whether it is really a link. */
  readonly isLink: boolean;
}

/**
 * Reads a cell of links, in any list syntax that spreadsheets and programs write.
 *
 * @param baseUrl what image file names and paths are appended to; `null`: they are no links. It changes neither their
 * number nor their order
 */
export function readLinks(cell: string, baseUrl: string | null = null): CellReading {
  if (isPlainLink(cell)) return { links: [cell], hasLink: true, texts: [] };
  const { found, texts } = findAll(cell);
  let hasLink = false;
  const links = found.map(({ link, isLink }) => {
    const appended = isLink || baseUrl === null ? null : appendToBase(withoutRemark(link), baseUrl);
    hasLink ||= isLink || appended !== null;
    return appended ?? link;
  });
  return { links, hasLink, texts };
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
  if (text === cell && address === null) return findInList(cell);
  const { found, texts } = findInList(text.slice(address?.start, address?.end));
  const before = address?.start ?? 0;
  return {
    found: found.map(({ link, isLink, start, end }) => ({
      link,
      isLink,
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
  let at = 0;
  let query = -1;
  for (;;) {
    LINK_BEGINS.lastIndex = at;
    const next = LINK_BEGINS.exec(cell)?.index;
    for (const { text, start } of findTexts(cell, at, next ?? cell.length)) {
      if (isMeantAsLink(text) && !isFormula) {
        const end = start + withoutRemark(text).length;
        found.push({ link: decode(text, cell.charAt(start - 1)), isLink: false, start, end });
      } else {
        texts.push(text.replace(/\s+/g, ' '));
      }
    }
    if (next === undefined) return { found, texts };
    if (query < next) query = findQuery(cell, next);
    at = findLinkEnd(cell, next, query);
    const trimmed = trimSpan(cell, { start: next, end: at }, AFTER_LINK);
    const text = withoutPunctuation(cell.slice(next, trimmed.end));
    const end = next + text.length;
    found.push({ link: decode(text, cell.charAt(next - 1)), isLink: true, start: next, end });
  }
}

/** @param before the character before the link: only a quoted one can be JSON */
function decode(link: string, before: string): string {
  if (/^data:/i.test(link)) return link;
  return decodeEntities(before === '"' ? decodeJson(link) : link);
}

const BEGINS_WITH_LINK = new RegExp(
  `^[${SEPARATOR}${OPENING}]{0,8}(?:${WITH_SCHEME}|${WITHOUT_SCHEME})`,
  'iu',
);

export function beginsWithLink(cell: string): boolean {
  return BEGINS_WITH_LINK.test(cell);
}

/** Whether a cell begins like a list of links, of which some or all may be relative. */
export function mayBeginWithLink(cell: string): boolean {
  return beginsWithLink(cell) || /^\/[^/\s]/.test(cell) || imageFileNameEndsAt(cell, cell.length);
}
