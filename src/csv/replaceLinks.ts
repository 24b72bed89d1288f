import { findLinks } from '../../sheet/links';

/**
 * Replaces the text of links in a cell, and nothing else: lists, JSON, HTML and formulas stay valid, because an output
 * link has no characters that any of them escapes.
 *
 * @param outputs for each of the `links` of `readLinks(cell)`, in order; `null` keeps the link as it is
 */
export function replaceLinks(cell: string, outputs: readonly (string | null)[]): string {
  const pieces: string[] = [];
  let at = 0;
  findLinks(cell).forEach(({ start, end }, index) => {
    const output = outputs[index] ?? null;
    if (output === null) return;
    pieces.push(cell.slice(at, start), output);
    at = end;
  });
  return pieces.join('') + cell.slice(at);
}
