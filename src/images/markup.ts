/**
 * Recognizes text that begins with `<` as an HTML page, SVG or another XML document. Only the root element
 * counts, not its content: a page with an SVG icon is a page.
 *
 * The text is untrusted. Every search begins where the previous one ended, so the time is linear in the length.
 */

/** Elements at the start of HTML pages without a doctype (WHATWG MIME Sniffing §7.1). */
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
 * @param text one character per byte, without a byte order mark
 * @returns `null` when it is not markup
 */
export function markupName(text: string): string | { readonly unsupported: 'SVG' } | null {
  const { at, prolog } = skipProlog(text);
  const element = /^<([a-z_][\w.-]*:)?([a-z_][\w.-]*)/i.exec(text.slice(at, at + 100));
  const root = element?.[2]?.toLowerCase() ?? '';
  if (root === 'svg') return { unsupported: 'SVG' };
  if (prolog.has('doctype html') || HTML_ELEMENTS.has(root)) return page(text);
  if (prolog.has('xml') || (root !== '' && isClosed(text, at))) return document(root, text, at);
  // MIME Sniffing treats a comment at the beginning as HTML.
  return prolog.has('comment') ? page(text) : null;
}

interface Prolog {
  /** Where the root element begins, or the end of the text. */
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
  // An internal subset contains declarations, which also end in ">".
  const subset = text.slice(at, at + 500).search(/^[^>[]*\[/) === 0;
  return [kind, subset ? ']>' : '>'];
}

/** Distinguishes an element from text such as `<3 the shop`. */
function isClosed(text: string, at: number): boolean {
  return text.includes('>', at);
}

function document(root: string, text: string, at: number): string {
  const code =
    root === 'error' && /^[\w.-]{1,60}$/.exec(textOf(text, 'code', at)?.trim() ?? '')?.[0];
  // The code in the error document of an object storage, such as AccessDenied, is useful; the rest may contain
  // secrets.
  return code ? `an XML document with the error ${code}` : 'an XML document';
}

function page(text: string): string {
  const title = titleOf(text);
  const named = title === '' ? 'an HTML page' : `an HTML page: ${JSON.stringify(title)}`;
  return isForwarding(text) ? `${named}, which redirects browsers to another address` : named;
}

/** Finds `<meta http-equiv="refresh" content="0; url=…">`, which browsers follow for pages but not for images. */
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

/** Returns the text at the start of the first element with a name. */
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

/** Most pages are in UTF-8; any other encoding is shown as Latin-1. */
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

/** Removes control and format characters, which could break lines and logs or change the text direction. */
function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * MAX_TITLE_LENGTH)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  const characters = Array.from(line);
  if (characters.length <= MAX_TITLE_LENGTH) return line;
  return `${characters.slice(0, MAX_TITLE_LENGTH - 1).join('')}…`;
}
