/** A cell without the backslashes that JSON may have before slashes. */
export interface UnescapedCell {
  readonly text: string;
  /** Returns the offset in the cell of an offset in `text`. Offsets must be asked for in ascending order. */
  readonly offsetOf: (offset: number) => number;
}

/** A cell of JSON, or an address, with escaped slashes. Elsewhere a backslash before a slash is text. */
const HAS_ESCAPED_SLASHES = /^\s*["[{].*\\\/|:\\\/\\\//s;

export function unescapeSlashes(cell: string): UnescapedCell {
  if (!cell.includes('\\/') || !HAS_ESCAPED_SLASHES.test(cell)) {
    return { text: cell, offsetOf: (offset) => offset };
  }
  const pieces = cell.split('\\/');
  let piece = 0;
  /** Offset in the text of the first slash that is not passed yet. */
  let slash = pieces[0]?.length ?? 0;
  return {
    text: pieces.join('/'),
    offsetOf(offset) {
      while (slash < offset && piece < pieces.length - 1) {
        piece += 1;
        slash += 1 + (pieces[piece]?.length ?? 0);
      }
      return offset + piece;
    },
  };
}

const LINK_FORMULA = /^[\s']*=\s*(?:HYPERLINK|IMAGE)\s*\(\s*"+/i;

/** Finds the address in a formula that holds one: `=HYPERLINK("…";"Photo")`, `=IMAGE("…")`. Its other text is no list. */
export function findFormulaAddress(cell: string): { start: number; end: number } | null {
  const start = LINK_FORMULA.exec(cell)?.[0].length;
  if (start === undefined) return null;
  const end = cell.indexOf('"', start);
  return { start, end: end === -1 ? cell.length : end };
}

/** The entity of `&` and numeric ones, without the `;` at their end. */
export const ENTITY = '&(?:amp|#\\d{1,7}|#x[\\da-f]{1,6})';
const ENTITIES = new RegExp(`(${ENTITY});`, 'gi');
const JSON_ESCAPES = /\\u([\da-f]{4})/gi;

/** Decodes the entities of HTML that occur in links. Those of invisible characters are kept. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITIES, (entity, name: string) => {
    const number = /^&#(x?)(.+)/i.exec(name);
    if (number === null) return '&';
    const code = parseInt(number[2] ?? '', number[1] === '' ? 10 : 16);
    const isVisible = code > 0x20 && code <= 0x10ffff && !/\p{C}/u.test(String.fromCodePoint(code));
    return isVisible ? String.fromCodePoint(code) : entity;
  });
}

/** Decodes `\u0026` and the like, as JSON is written by programs that keep to ASCII. Invisible characters stay as they are. */
export function decodeJson(text: string): string {
  if (!text.includes('\\u')) return text;
  return text.replace(JSON_ESCAPES, (escape, code: string) => {
    const character = String.fromCharCode(parseInt(code, 16));
    return /[\s\p{C}]/u.test(character) ? escape : character;
  });
}
