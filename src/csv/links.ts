import type { RowErrorCode } from '../records/types';

export interface LinksCell {
  readonly links: readonly string[];
  /** Why no link could be read; `null` when there are some. */
  readonly error: { readonly code: RowErrorCode; readonly message: string } | null;
}

/** A link begins at `http://` or `https://` and nowhere else, since it may hold commas and the like itself. */
const LINK_START = /(?<=^|[\s,;|"])https?:\/\//gi;
/** With the quotes of a cell that is quoted behind a space: `1, Mug, "https://…, https://…"`. */
const SEPARATOR = /[\s,;|"]/;

/**
 * Reads a cell of links separated by commas, semicolons, `|` or white space.
 *
 * Whether a link is a valid URL shows when it is downloaded: a faulty one fails alone (`invalid_url`).
 */
export function readLinks(cell: string): LinksCell {
  const starts = Array.from(cell.matchAll(LINK_START), (match) => match.index);
  const first = starts[0] ?? cell.length;
  const before = trimmed(cell.slice(0, first));
  if (before !== '') return { links: [], error: notLinks(before) };
  if (starts.length === 0) return { links: [], error: NO_LINKS };
  const links = starts.map((start, index) => trimmed(cell.slice(start, starts[index + 1])));
  return { links, error: null };
}

/** Without separators at its end. From the end, since a pattern would try each run of separators in the text. */
function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && SEPARATOR.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

const NO_LINKS = {
  code: 'no_links',
  message: 'Expected links to images, received an empty cell; add links or remove the row',
} as const;

function notLinks(text: string) {
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return {
    code: 'invalid_links',
    message: `Expected links that begin with http:// or https://, received ${shown}; mend the cell`,
  } as const;
}
