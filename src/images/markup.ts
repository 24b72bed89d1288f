/**
 * What a text that begins with `<` is: an HTML page, SVG or another XML document, told by its outermost
 * element and not by what may stand inside it. A page with an SVG icon is a page.
 *
 * Origins write what is read here. Every search begins where the one before it ended, so that the time grows
 * with the length of the text and no further.
 */

/** What a page begins with when it begins with neither a doctype nor `<html>` (WHATWG MIME Sniffing §7.1). */
const HTML_ELEMENTS = new Set(
  'html head body title style script iframe h1 div font table a b br p meta link center form span img pre'.split(
    ' ',
  ),
);

const MAX_TITLE_LENGTH = 80;

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&apos;': "'",
  '&nbsp;': ' ',
};

/**
 * @param text one character a byte, without a byte order mark
 * @returns `null` when it is no markup
 */
export function markupName(text: string): string | { readonly unsupported: 'SVG' } | null {
  const { at, prolog } = skipProlog(text);
  const element = /^<([a-z_][\w.-]*:)?([a-z_][\w.-]*)/i.exec(text.slice(at, at + 100));
  const root = element?.[2]?.toLowerCase() ?? '';
  if (root === 'svg') return { unsupported: 'SVG' };
  if (prolog.has('doctype html') || HTML_ELEMENTS.has(root)) return page(text);
  if (prolog.has('xml') || (root !== '' && isClosed(text, at))) return document(root, text, at);
  // MIME Sniffing takes a comment at the beginning for HTML.
  return prolog.has('comment') ? page(text) : null;
}

interface Prolog {
  /** Where the outermost element begins, or the end of the text. */
  readonly at: number;
  readonly prolog: ReadonlySet<string>;
}

function skipProlog(text: string): Prolog {
  const prolog = new Set<string>();
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1;
    const [kind, end] = prologPart(text, at);
    if (kind === null) return { at, prolog };
    prolog.add(kind);
    const closed = text.indexOf(end, at);
    if (closed === -1) return { at: text.length, prolog };
    at = closed + end.length;
  }
}

function prologPart(text: string, at: number): readonly [kind: string | null, end: string] {
  const beginning = text.slice(at, at + 20).toLowerCase();
  if (beginning.startsWith('<!--')) return ['comment', '-->'];
  if (beginning.startsWith('<?xml')) return ['xml', '?>'];
  if (beginning.startsWith('<?')) return ['instruction', '?>'];
  if (!beginning.startsWith('<!doctype')) return [null, ''];
  const kind = /^<!doctype\s+html\b/.test(beginning) ? 'doctype html' : 'doctype';
  // An internal subset holds declarations, which end in ">" as well.
  const subset = text.slice(at, at + 500).search(/^[^>[]*\[/) === 0;
  return [kind, subset ? ']>' : '>'];
}

/** An element, not a text such as `<3 the shop`. */
function isClosed(text: string, at: number): boolean {
  return text.includes('>', at);
}

function document(root: string, text: string, at: number): string {
  const code =
    root === 'error' && /^[\w.-]{1,60}$/.exec(textOf(text, 'code', at)?.trim() ?? '')?.[0];
  // The code of a storage's error document, such as AccessDenied, says what to do; the rest may hold secrets.
  return code ? `an XML document with the error ${code}` : 'an XML document';
}

function page(text: string): string {
  const title = titleOf(text);
  const named = title === '' ? 'an HTML page' : `an HTML page: ${JSON.stringify(title)}`;
  return isForwarding(text) ? `${named}, which forwards browsers to another address` : named;
}

/** `<meta http-equiv="refresh" content="0; url=…">`: for pages browsers follow it, for images they do not. */
function isForwarding(text: string): boolean {
  return (
    /http-equiv\s?=\s?["']?refresh\b/i.test(text) &&
    /content\s?=\s?["']?\s?[\d.]{0,9}\s?[;,]\s?url\s?=/i.test(text)
  );
}

function titleOf(text: string): string {
  const bytes = textOf(text, 'title', 0);
  return bytes === null ? '' : oneLine(decodeEntities(decodeUtf8(bytes)));
}

/** The text that the first element of a name begins with. */
function textOf(text: string, name: string, from: number): string | null {
  const tag = new RegExp(`<${name}(?=[\\s>])`, 'ig');
  tag.lastIndex = from;
  const found = tag.exec(text);
  if (found === null) return null;
  const begin = text.indexOf('>', found.index) + 1;
  if (begin === 0) return null;
  const end = text.indexOf('<', begin);
  return text.slice(begin, end === -1 ? text.length : end);
}

/** Pages are in UTF-8 by far the most; any other encoding is shown as Latin-1. */
function decodeUtf8(bytes: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|apos|nbsp|#39);/g, (name) => ENTITIES[name] ?? name);
}

/** Without what could break a line or a log, or turn the direction of text: controls, format characters. */
function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * MAX_TITLE_LENGTH)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  const characters = Array.from(line);
  if (characters.length <= MAX_TITLE_LENGTH) return line;
  return `${characters.slice(0, MAX_TITLE_LENGTH - 1).join('')}…`;
}
